import assert from 'node:assert/strict';
import { redact } from '../../src/core/redact.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KEY = 'c2VjcmV0LXNlY3JldC1rZXk+';
const PASSWORD = 'hunter2!x';
const PROXY = `http://ann:${encodeURIComponent(PASSWORD)}@proxy.example:3128`;

/** Every way the key or the password could be written. */
function writings(): readonly string[] {
  const bytes = Buffer.from(KEY, 'base64');
  const texts = [KEY, PASSWORD, PROXY];
  return [
    ...texts,
    ...texts.map((text) => encodeURIComponent(text)),
    ...[bytes, ...texts.map((text) => Buffer.from(text))].flatMap((one) => [
      one.toString('hex'),
      one.toString('hex').toUpperCase(),
      one.toString('base64').replace(/=+$/, ''),
      one.toString('base64url'),
    ]),
    bytes.toString('latin1'),
    Buffer.from(`ann:${PASSWORD}`).toString('base64').replace(/=+$/, ''),
  ];
}

describe('the support bundle', () => {
  const folder = temporaryFolder();

  it('has settings, status, policies and runs, and no secret in any way of writing', async () => {
    const host = openAgentHost(folder());
    const settings = { ...MANUAL, auto_key: KEY, log_proxy: PROXY };
    await host.agent.add('cli:ann', settings, { checkValidIp: false, checkPolicy: true });
    for (const text of writings()) {
      const run = { task: 'logs', actor: 'cli:ann', started: 1, durationMs: 1 } as const;
      host.ports.runs.record({
        ...run,
        outcome: 'failed',
        message: `the proxy said ${text} twice`,
      });
    }
    const text = await host.agent.supportBundle();
    host.agent.close();
    const bundle = JSON.parse(text) as Record<string, object> & {
      settings: Record<string, { value: string; origin: string }>;
    };
    assert.deepEqual(bundle.settings['auto_key'], { value: '(hidden)', origin: 'local' });
    assert.equal(bundle.settings['port']?.value, '53');
    for (const name of ['status', 'policies', 'runs', 'identity']) assert.ok(bundle[name], name);
    for (const writing of writings()) assert.ok(!text.includes(writing), writing);
  });

  it('can be made before the device is set up', async () => {
    const host = openAgentHost(folder());
    const bundle = JSON.parse(await host.agent.supportBundle()) as { settings: unknown };
    host.agent.close();
    assert.equal(bundle.settings, null);
  });
});

describe('redact', () => {
  it('takes out what is meant, whatever characters it has, and nothing short', () => {
    assert.equal(
      redact('a+b(c)*d and A+B(C)*D, cat', ['a+b(c)*d', 'cat']),
      '(hidden) and (hidden), cat',
    );
  });
});

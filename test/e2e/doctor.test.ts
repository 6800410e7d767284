import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../src/core/ports.ts';
import type { Portal } from '../../src/portal/portal.ts';
import { freePort } from '../support/free-port.ts';
import { NetworkHost } from '../support/network.ts';
import { tsadmin, tsadminJson } from '../support/programs.ts';
import { startPortal } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/tsadmin', import.meta.url));

describe('tsadmin doctor', () => {
  const folder = temporaryFolder();
  const root = () => join(folder(), 'host');
  let portal: Portal;

  beforeEach(async () => {
    portal = await startPortal(join(folder(), 'portal'));
    const device = portal.addDevice();
    const { settings } = portal.addresses;
    const added = await tsadmin(
      root(),
      ...['add', '--silent', '--type=auto', '--skip_checkvalidip'],
      ...[`--device_id=${device.id}`, `--auto_key=${device.autoKey}`],
      ...[`--settings_server=${settings.host}`, `--settings_port=${settings.port}`],
      `--portal_pin=${portal.pin}`,
    );
    assert.equal(added.code, 0, added.stderr);
  });
  afterEach(() => portal.close());

  const found = async (): Promise<ReadonlyMap<string, Finding>> => {
    const { findings } = (await tsadminJson(root(), 'doctor')) as { findings: Finding[] };
    return new Map(findings.map((finding) => [finding.name, finding]));
  };

  it('finds every service of a portal that is there, and the service that is not', async () => {
    const findings = await found();
    for (const name of ['Settings service', 'Policy service', 'Lists', 'Log service']) {
      assert.deepEqual([findings.get(name)?.state, findings.get(name)?.remedy], ['ok', ''], name);
    }
    assert.match(findings.get('Log service')?.message ?? '', /directly/);
    assert.match(findings.get('Service')?.message ?? '', /not running/);
    assert.equal(findings.get('Service')?.remedy, 'Start it: ts-service');
    const { code, stdout } = await tsadmin(root(), 'doctor');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^ok {7}Settings service {2}127\.0\.0\.1 port \d+: settings \d+; certificate/m,
    );
  });

  it('tells a wrong pin, and a port that is closed', async () => {
    const port = String(await freePort());
    const pin = `sha256/${'A'.repeat(43)}=`;
    assert.equal((await tsadmin(root(), 'config', 'set', `portal_pin=${pin}`)).code, 0);
    assert.match((await found()).get('Settings service')?.message ?? '', /pinned/);
    await tsadmin(root(), 'config', 'set', `portal_pin=${portal.pin}`, `settings_port=${port}`);
    assert.match((await found()).get('Settings service')?.message ?? '', /refused/i);
    await portal.close();
    const findings = await found();
    for (const name of ['Policy service', 'Log service', 'Lists']) {
      assert.equal(findings.get(name)?.state, 'error', name);
    }
    assert.match(findings.get('Policy service')?.remedy ?? '', /port 53/i);
    portal = await startPortal(join(folder(), 'portal'));
  });

  it('a host without a route is told what does not answer', () => {
    const host = new NetworkHost();
    try {
      const command = [`TS_ROOT=${root()}`, 'TS_PLATFORM=dry-run', PROGRAM, 'doctor', '--json'];
      const text = host.do('sh', '-c', `${command.join(' ')} || true`);
      const { findings } = JSON.parse(text) as { findings: Finding[] };
      const states = new Map(findings.map(({ name, state }) => [name, state]));
      for (const name of ['Settings service', 'Policy service', 'Log service', 'Lists']) {
        assert.equal(states.get(name), 'error', name);
      }
      assert.equal(states.get('Firewall'), 'ok');
      assert.ok(!existsSync(join(root(), 'var/run/threatstop-control.sock')));
    } finally {
      host.remove();
    }
  });
}).timeout(60_000);

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { agentBesideSilence, agentWithWayOut, remoteAgent } from '../../src/control/agent.ts';
import { connectControl, NoAnswerError, type ControlConnection } from '../../src/control/client.ts';
import {
  CONTROL_PROTOCOL,
  decodeLine,
  encodeLine,
  MOST_ORDER_BYTES,
} from '../../src/control/messages.ts';
import { createControlServer } from '../../src/control/server.ts';
import { agentVerbs, type ControlVerbs } from '../../src/control/verbs.ts';
import { BusyError, FirewallError, HostError, PolicyError } from '../../src/core/errors.ts';
import type { Progress } from '../../src/core/ports.ts';
import { bindServer, closeServer } from '../../src/system/listen.ts';
import type { Agent } from '../../src/tasks/agent.ts';
import { cliAgent, type Call } from '../support/cli-agent.ts';
import { TestLog } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const GREETING = {
  protocol: CONTROL_PROTOCOL,
  product: 'ts-pfsense',
  release: '3.00-01',
  platform: 'dry-run',
};

describe('control', () => {
  const folder = temporaryFolder();
  const ends: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  const path = () => join(folder(), 'control.sock');

  /** A service on the socket, with an agent of the test. */
  async function serve(overrides: Partial<Agent> = {}, more: ControlVerbs = {}) {
    const { agent, calls } = cliAgent(overrides);
    const log = new TestLog();
    const verbs = { ...agentVerbs(agent), ...more };
    const progress = () => agent.progress();
    const { server, cut } = createControlServer({ greeting: GREETING, verbs, progress, log });
    await bindServer(server, { socketPath: path() });
    ends.push(() => {
      const closed = closeServer(server, cut);
      cut();
      return closed;
    });
    return { calls, log };
  }

  async function connected(silenceMs = 5_000): Promise<ControlConnection> {
    const connection = await connectControl(path(), { silenceMs });
    assert.ok(connection !== null && connection !== 'silent');
    ends.push(() => connection.close());
    return connection;
  }

  it('every method of the agent answers as it does at the other end', async () => {
    const { calls } = await serve();
    const there = remoteAgent(await connected());
    const here = cliAgent();
    const asked: [keyof Agent, ...unknown[]][] = [
      ['add', 'cli:ann', { device_id: 'x' }, { checkValidIp: false, checkPolicy: true }],
      ['configure', 'cli:ann', { port: '5353' }],
      ['update', 'cli:ann', { plan: true, accept: false }],
      ['enable', 'cli:ann', { confirmWithin: 60 }],
      ['confirm', 'cli:ann'],
      ['goBack'],
      ['disable', 'cli:ann'],
      ['raiseTableLimit', 'cli:ann'],
      ['remove', 'cli:ann@203.0.113.4'],
      ['logs', 'cli:ann'],
      ['verify', 'cli:ann'],
      ['collect', 'cli:ann'],
      ['status'],
      ['awaited'],
      ['settings'],
      ['lookup', '64.87.3.133'],
      ['diff', Infinity],
      ['doctor'],
      ['activity', 7],
      ['hits', 7],
    ];
    for (const [name, ...args] of asked) {
      const call = (agent: Agent) => (agent[name] as (...all: unknown[]) => unknown)(...args);
      assert.deepEqual(await call(there), await call(here.agent), name);
    }
    assert.deepEqual(without(calls, 'progress'), here.calls);
  });

  it('an error keeps class, message and remedy', async () => {
    const failure = new PolicyError('no list is set', { remedy: 'Set one.' });
    await serve({ update: () => Promise.reject(failure) });
    const agent = remoteAgent(await connected());
    await assert.rejects(
      agent.update('cli:ann'),
      (error) =>
        error instanceof PolicyError &&
        error.message === 'no list is set' &&
        error.remedy === 'Set one.',
    );
    assert.equal((await agent.enable('cli:ann')).task, 'enable');
  });

  it('a fault of the program is logged there, and told here', async () => {
    const { log } = await serve({ update: () => Promise.reject(new RangeError('oops')) });
    await assert.rejects(
      remoteAgent(await connected()).update('cli:ann'),
      /the service failed: oops/,
    );
    assert.match(log.lines.join(), /error control: update: RangeError: oops/);
  });

  it('tells progress while it works', async () => {
    const step: Progress = { task: 'update', started: 1, step: 'fetching', done: 3, total: 12 };
    let finish = (): void => undefined;
    const paused = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { agent: other } = cliAgent();
    await serve({
      progress: () => step,
      update: (...all) => paused.then(() => other.update(...all)),
    });
    const agent = remoteAgent(await connected());
    const update = agent.update('cli:ann');
    await until('progress has come', () => agent.progress() !== null);
    assert.deepEqual(agent.progress(), step);
    finish();
    await update;
  });

  it('orders beside those of the agent can be added', async () => {
    await serve({}, { 'login-link': (actor, args) => Promise.resolve({ actor, args }) });
    const answer = await (await connected()).order('login-link', 'cli:ann', ['lan']);
    assert.deepEqual(answer, { actor: 'cli:ann', args: ['lan'] });
  });

  it('the socket is for its owner only; somebody else is told to be root', async () => {
    await serve();
    assert.equal((await stat(path())).mode & 0o777, 0o600);
    await chmod(folder(), 0o755);
    process.seteuid?.(65_534);
    try {
      await assert.rejects(
        connectControl(path()),
        (error) => error instanceof HostError && /as root/.test(error.remedy),
      );
    } finally {
      process.seteuid?.(0);
    }
  });

  it('refuses what is no order, and serves on', async () => {
    const { calls } = await serve();
    const order = { verb: 'disable', actor: 'cli:ann', args: [] };
    const bad = [
      'GET / HTTP/1.1\r\nX-TS-User: admin\r\n\r\n',
      'null\n',
      '[]\n',
      '{"verb":"disable"}\n',
      encodeLine({ ...order, actor: 'schedule' }),
      encodeLine({ ...order, actor: 'cli:a\nb' }),
      encodeLine({ ...order, verb: 'constructor' }),
      encodeLine({ ...order, verb: 'close' }),
      encodeLine({ ...order, verb: 'configure', args: [{ port: 5353 }] }),
      encodeLine({ ...order, verb: 'lookup', args: [] }),
      'x'.repeat(MOST_ORDER_BYTES + 1),
    ];
    for (const text of bad) {
      const said = await saidTo(path(), text);
      assert.match(said, /"failed":\{"kind":"(?:FormatError|AgentError)"/, text.slice(0, 80));
    }
    assert.deepEqual(without(calls, 'progress'), []);
    assert.equal((await remoteAgent(await connected()).disable('cli:ann')).task, 'disable');
  });

  it('no service: null; one that hangs: silent; one that ends or falls silent while it works: an error', async () => {
    assert.equal(await connectControl(path()), null);
    assert.equal(await connectControl(join(folder(), 'x'.repeat(200))), null);

    const hanging = createServer((socket) => ends.push(() => void socket.destroy()));
    await bindServer(hanging, { socketPath: path() });
    assert.equal(await connectControl(path(), { greetingMs: 50 }), 'silent');
    await new Promise((resolve) => {
      hanging.close(resolve);
      for (const end of ends.splice(0)) void end();
    });

    const dying = createServer((socket) => {
      socket.write(encodeLine(GREETING));
      socket.once('data', (data: Buffer) => {
        if (data.includes('enable')) socket.destroy();
      });
    });
    await bindServer(dying, { socketPath: path() });
    ends.push(() => void dying.close());
    await assert.rejects(
      remoteAgent(await connected()).enable('cli:ann'),
      (error) => error instanceof HostError && /took the order and ended/.test(error.message),
    );
    await assert.rejects(remoteAgent(await connected(50)).update('cli:ann'), /said nothing for/);
  });

  it('beside a service that hangs one can look, switch and remove, and nothing else', async () => {
    const { agent, calls } = cliAgent();
    const beside = agentBesideSilence(agent);
    await beside.disable('cli:ann');
    await beside.enable('cli:ann');
    await beside.remove('cli:ann');
    await beside.status();
    await assert.rejects(beside.update('cli:ann'), /running and does not answer/);
    await assert.rejects(beside.logs('cli:ann'), /running and does not answer/);
    assert.deepEqual(
      calls.map(([name]) => name),
      ['disable', 'enable', 'remove', 'status'],
    );
  });

  it('who insists on disabling gets it done without a service that is stuck, and only then', async () => {
    const stuck = [new BusyError('another task is running'), new NoAnswerError('said nothing')];
    for (const error of [...stuck, new FirewallError('the rules are still there')]) {
      const { agent: service } = cliAgent({ disable: () => Promise.reject(error) });
      const alone = cliAgent();
      const agent = agentWithWayOut(service, () => Promise.resolve(alone.agent));
      await assert.rejects(agent.disable('cli:ann'), error);
      if (error instanceof FirewallError) {
        await assert.rejects(agent.disable('cli:ann', { insist: true }), error);
        assert.deepEqual(alone.calls, []);
      } else {
        await agent.disable('cli:ann', { insist: true });
        assert.deepEqual(alone.calls[0], ['disable', 'cli:ann', { insist: true }]);
      }
    }
  });

  it('any message comes out of its line as it went in', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(Infinity),
      fc.uint8Array(),
    );
    const message = fc.record({ a: fc.array(leaf), b: fc.dictionary(fc.string(), leaf) });
    fc.assert(
      fc.property(message, (value) => {
        if (JSON.stringify(value).includes('$')) return;
        const line = encodeLine(value);
        assert.equal(line.indexOf('\n'), line.length - 1);
        assert.deepEqual(plain(decodeLine(line)), plain(value));
      }),
    );
  });
});

/** Objects without their prototypes, which JSON does not keep. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value).map(([key, field]) => [key, plain(field)]);
}

function without(calls: readonly Call[], name: string): readonly Call[] {
  return calls.filter(([called]) => called !== name);
}

/** What the service says behind its greeting, to the first failure. */
async function saidTo(path: string, text: string): Promise<string> {
  const socket = connect(path);
  let said = '';
  socket.on('data', (data: Buffer) => {
    said += data.toString();
    if (said.includes('"failed"')) socket.end();
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return said;
}

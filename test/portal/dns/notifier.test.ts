import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createNotifier, type Notifier } from '../../../src/portal/dns/notifier.ts';
import { addSecondary } from '../../../src/portal/model/secondaries.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import { readTsig, verifyMessage } from '../../../src/protocol/tsig.ts';
import { publishLines, TestLog } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';

describe('a secondary of the portal', () => {
  const folder = temporaryFolder();
  const clock = new TestClock();
  let store: Store;
  let notifier: Notifier;
  let log: TestLog;
  beforeEach(() => {
    store = openStore(folder());
    log = new TestLog();
    notifier = createNotifier({ store, clock, log, waitsMs: [50, 50] });
    publishLines({ store, clock }, 'basic.threatstop.local', ['203.0.113.1']);
  });
  afterEach(() => {
    notifier.stop();
    store.close();
  });

  const add = (address: string, port: number): string =>
    addSecondary({ store, clock, actor: 'test' }, 'ns1', { address, port }).key;
  const hasProblem = (text: RegExp) => () => text.test(store.problems.all()[0]?.message ?? '');

  it('that has no route or does not answer is a problem, and tried again after a pause', async () => {
    add('255.255.255.255', 53);
    notifier.look();
    await until('the problem is told', hasProblem(/was not told of a new serial: /));
    const silent = createSocket('udp4');
    silent.bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const heard: Buffer[] = [];
    silent.on('message', (message) => heard.push(message));
    const { name, notify } = store.secondaries.get('ns1')!;
    const address = { address: '127.0.0.1', port: silent.address().port };
    store.secondaries.save({ name, notify, notified: null, ...address }, 'a2V5');
    notifier.look();
    assert.equal(heard.length, 0);
    clock.time += 300_000;
    notifier.look();
    await until('it was told in vain', hasProblem(/no answer/));
    await until('twice', () => heard.length === 2);
    assert.equal(log.lines.length, 1);
    silent.close();
  });

  it('is told by a signed message, and believed when it refuses, but not when its answer is not signed', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const key = add('127.0.0.1', socket.address().port);
    const secret = Buffer.from(key, 'base64');
    let rcode = 5;
    const seen: Buffer[] = [];
    socket.on('message', (message, { port, address }) => {
      seen.push(message);
      const answer = Buffer.from(message.subarray(0, readTsig(message)?.start ?? 0));
      answer.writeUInt16BE(0xa400 | rcode, 2);
      answer.writeUInt16BE(0, 10);
      socket.send(answer, port, address);
    });
    notifier.look();
    await until('the refusal is told', hasProblem(/it answered REFUSED/));
    const [message] = seen;
    assert.ok(message);
    verifyMessage(message, { name: 'ns1', secret }, Math.floor(clock.now() / 1000));
    assert.equal(message.readUInt16BE(2) >>> 11, 4);
    rcode = 0;
    clock.time += 300_000;
    notifier.look();
    await until('the missing signature is told', hasProblem(/not signed/));
    assert.equal(store.secondaries.get('ns1')?.notified, null);
    socket.close();
  });
});

import assert from 'node:assert/strict';
import { encodeQuery, encodeResponse, parseQuestion } from '../../src/protocol/dns-message.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { TsigError, signMessage } from '../../src/protocol/tsig.ts';
import { TransferReader, TsigChain } from '../../src/upstream/dns-transfer.ts';
import { WholeZone } from '../../src/upstream/transfer-taker.ts';
import { a, soaRecord } from '../support/dns-server.ts';

const NOW = 1_795_000_000;
const KEY = { name: 'tdid_dev1', secret: Buffer.from('a secret of the device') };
const ZONE = 'threatstop.local';
const QUERY = encodeQuery({ id: 5, name: ZONE, type: 'AXFR' });
const REQUEST_MAC = signMessage(QUERY, KEY, NOW).mac;
const SOA = soaRecord(ZONE, 3);
const ADDRESS = { name: `basic.${ZONE}`, type: TYPE.A, ttl: 1, rdata: a('192.0.2.1') };

/** The messages of a transfer; of those named by `signed` each carries a signature. */
function transfer(count: number, signed: (index: number) => boolean): Uint8Array[] {
  let context: Parameters<typeof signMessage>[3] = { requestMac: REQUEST_MAC };
  let unsigned: Uint8Array[] = [];
  return Array.from({ length: count }, (_, index) => {
    const answers = index === 0 ? [SOA] : index === count - 1 ? [SOA] : [ADDRESS];
    const message = encodeResponse({ question: parseQuestion(QUERY), rcode: 0, answers });
    if (!signed(index)) {
      unsigned.push(message);
      return message;
    }
    const made = signMessage(message, KEY, NOW, context);
    unsigned = [];
    context = { priorMac: made.mac, unsigned };
    return made.message;
  });
}

/** Reads a transfer; returns the records in it. */
function read(messages: readonly Uint8Array[]): number {
  let records = 0;
  const chain = new TsigChain(KEY, REQUEST_MAC, () => NOW);
  const asked = { id: 5, name: ZONE, type: TYPE.AXFR };
  const zone = new WholeZone(ZONE, () => {
    records += 1;
  });
  const reader = new TransferReader(asked, chain, zone);
  const more = messages.map((message) => reader.take(message));
  assert.deepEqual(
    more,
    messages.map((_, index) => index < messages.length - 1),
  );
  return records;
}

function isMissing(error: unknown): boolean {
  return error instanceof TsigError && error.reason === 'missing';
}

describe('signed zone transfers', () => {
  it('are read when every message is signed, and when only every hundredth is', () => {
    assert.equal(read(transfer(5, () => true)), 3);
    assert.equal(read(transfer(202, (index) => index % 100 === 0 || index === 201)), 200);
  });

  it('are refused when the first, the last or 100 messages in a row are not signed', () => {
    assert.throws(() => read(transfer(3, (index) => index > 0)), isMissing);
    assert.throws(() => read(transfer(3, (index) => index < 2)), isMissing);
    assert.throws(() => read(transfer(200, (index) => index === 0 || index === 199)), isMissing);
  });

  it('are refused when a message was left out or put in', () => {
    const messages = transfer(6, (index) => index !== 2 && index !== 3);
    for (const changed of [messages.toSpliced(2, 1), messages.toSpliced(2, 0, messages[2]!)]) {
      assert.throws(() => read(changed), { reason: 'bad-signature' });
    }
  });
});

/** The journal reader on journals that systemd's own tools have written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseKernelLine } from '../../src/core/log-line-kernel.ts';
import { createJournalLog, parseEntry } from '../../src/logs/journal-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const START = 1_795_259_367_123_456;

describe('the journal as a log', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  let written = 0;
  beforeEach(() => {
    written = 0;
    mkdirSync(join(folder(), 'journal'));
  });

  /** Adds lines of the kernel, and one of a program before each. */
  function add(...messages: readonly string[]): void {
    const entries = messages.flatMap((message) => [
      entry('syslog', message),
      entry('kernel', message),
    ]);
    const file = join(folder(), 'journal', `part${written}.journal`);
    execFileSync('/lib/systemd/systemd-journal-remote', ['-o', file, '-'], {
      input: entries.join(''),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  function entry(transport: string, message: string): string {
    written += 1;
    return [
      `__REALTIME_TIMESTAMP=${START + written * 1_000_000}`,
      `__MONOTONIC_TIMESTAMP=${written * 1_000_000}`,
      '_BOOT_ID=0123456789abcdef0123456789abcdef',
      '_HOSTNAME=fw',
      `_TRANSPORT=${transport}`,
      `MESSAGE=${message}`,
      '\n',
    ].join('\n');
  }

  function log() {
    return createJournalLog({ extra: [`--directory=${join(folder(), 'journal')}`] });
  }

  async function read(from: string | null) {
    let text = '';
    let next = from;
    const gaps: string[] = [];
    for await (const chunk of log().read(from)) {
      text += Buffer.from(chunk.bytes).toString();
      ({ next } = chunk);
      if (chunk.gap !== undefined) gaps.push(chunk.gap.reason);
    }
    return {
      messages: text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('kernel: ')[1]),
      text,
      next,
      gaps,
    };
  }

  it('gives what the kernel said after the first look, each line once', async () => {
    add('old');
    const first = await read(null);
    assert.deepEqual(first.messages, []);
    add('ThreatSTOP-TSblock IN=eth0 OUT= SRC=203.0.113.1 DST=198.51.100.1 PROTO=ICMP', 'b');
    const second = await read(first.next);
    assert.equal(second.messages.length, 2);
    const packet = parseKernelLine(second.text.split('\n')[0]!);
    assert.equal(packet?.source, '203.0.113.1');
    assert.equal(packet.stamp, '2026-11-21T11:09:31.123Z');
    assert.deepEqual((await read(second.next)).messages, []);
    add('c');
    assert.deepEqual(await read(second.next).then(({ messages, gaps }) => ({ messages, gaps })), {
      messages: ['c'],
      gaps: [],
    });
  });

  it('begins with the first entry where there was none', async () => {
    const first = await read(null);
    add('a');
    assert.deepEqual((await read(first.next)).messages, ['a']);
  });

  it('tells that lines may be missing when the place is gone', async () => {
    add('a');
    const { next } = await read(null);
    rmSync(join(folder(), 'journal'), { recursive: true });
    mkdirSync(join(folder(), 'journal'));
    add('b', 'c');
    const { messages, gaps } = await read(next);
    assert.deepEqual(messages, ['b', 'c']);
    assert.match(gaps.join(), /no longer there/);
  });

  it('gives many lines in more than one chunk, whole', async () => {
    const { next } = await read(null);
    const many = Array.from({ length: 1200 }, (_, index) => `line ${index}`);
    add(...many);
    assert.deepEqual((await read(next)).messages, many);
  });
});

describe('an entry of the journal', () => {
  const about = { __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1795259367123456' };

  it('may hold any bytes and stays one line', () => {
    const bytes = [...Buffer.from('a\nb'), 0xff];
    const { line } = parseEntry(JSON.stringify({ ...about, MESSAGE: bytes }))!;
    assert.equal(line, '2026-11-21T11:09:27.123Z localhost kernel: a b\ufffd\n');
  });

  it('without what is needed is none', () => {
    for (const json of [
      '',
      '{',
      '[]',
      '{}',
      JSON.stringify(about),
      JSON.stringify({ ...about, MESSAGE: null }),
    ]) {
      assert.equal(parseEntry(json), null, json);
    }
    assert.equal(
      parseEntry(JSON.stringify({ ...about, __REALTIME_TIMESTAMP: 'x', MESSAGE: 'a' })),
      null,
    );
  });
});

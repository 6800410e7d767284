import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  matchAll,
  matchPolicy,
  matchTrackers,
  parseTrackerRange,
} from '../../src/core/log-line-match.ts';
import { parseLogLine } from '../../src/core/log-line.ts';
import { scanLines, type LineMatcher } from '../../src/core/log-line-scan.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { parseTable } from '../../src/core/prefix-text.ts';

const OURS = [parseTrackerRange('1770000101-1770000199')];

function line(tracker: number | string, source = '192.0.2.1'): string {
  const ends = source.includes(':')
    ? `6,0x00,0x00000,58,udp,17,20,${source},2001:db8:ffff::7`
    : `4,0x0,,51,3354,0,none,17,udp,60,${source},203.0.113.7`;
  return `Nov 20 03:04:05 fw filterlog[3]: 6,,,${tracker},em0,match,block,in,${ends},5,53,40`;
}

function scan(text: string, matcher: LineMatcher): string[] {
  const bytes = Buffer.from(text, 'latin1');
  const found: string[] = [];
  scanLines(bytes, matcher, (start, end) => found.push(bytes.toString('latin1', start, end)));
  return found;
}

describe('scanLines', () => {
  it('finds the lines of our rules, also the first and the last', () => {
    const [one, two, three] = [line(1770000101), line(1770000150), line(1770000199)];
    const others = [line(1770000100), line(1770000200), line(1000000103)];
    const text = `${[one, others[0], others[1], two, others[2], three].join('\n')}\n`;
    assert.deepEqual(scan(text, matchTrackers(OURS)), [one, two, three]);
  });

  it('does not take the digits of a tracker in another field for one', () => {
    const text = `${line(1000000103).replace('3354', '1770000101')}\n`;
    assert.deepEqual(scan(text, matchTrackers(OURS)), []);
  });

  it('leaves a last line without its newline', () => {
    assert.deepEqual(scan(line(1770000101), matchTrackers(OURS)), []);
  });

  it('finds the same lines by search and line by line, whatever the trackers and lines', () => {
    const tracker = fc.oneof(
      fc.integer({ min: 1770000095, max: 1770000205 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    );
    const range = fc
      .tuple(tracker, fc.nat(120))
      .map(([first, more]) => ({ first, last: first + more }));
    const text = fc.oneof(
      tracker.map((id) => line(id)),
      fc.string().map((any) => any.replaceAll('\n', '')),
    );
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 3 }),
        fc.array(text),
        (ranges, lines) => {
          const bytes = lines.map((one) => `${one}\n`).join('');
          const matcher = matchTrackers(ranges);
          const slow = scan(bytes, { ...matcher, needle: null });
          assert.deepEqual(scan(bytes, matcher), slow);
          const wanted = lines.filter((one) => {
            const id = parseLogLine(one)?.tracker ?? -1;
            return ranges.some(({ first, last }) => id >= first && id <= last);
          });
          const latin1 = (one: string) => Buffer.from(one, 'latin1').toString('latin1');
          assert.ok(wanted.every((one) => slow.includes(latin1(one))));
        },
      ),
    );
  });
});

describe('matchPolicy', () => {
  const lookups = {
    block: createLookup(parseTable(Buffer.from('198.51.100.0/24\n2001:db8:5::/48\n'))),
    allow: createLookup(parseTable(Buffer.from('192.0.2.77\n'))),
  };

  it('takes lines with an address of either table, by either end, and those of our rules', () => {
    const matcher = matchPolicy(OURS, lookups);
    const listed = ['198.51.100.9', '192.0.2.77', '2001:db8:5::9'].map((one) => line(1, one));
    const reply = line(1).replace('203.0.113.7', '198.51.100.1');
    const others = ['198.51.101.9', '2001:db8:6::9', '1.2.3', '1.2.3.256', 'x'].map((one) =>
      line(1, one),
    );
    const lines = [...listed, ...others, reply, line(1770000101), 'no packet', ''];
    assert.deepEqual(scan(`${lines.join('\n')}\n`, matcher), [...listed, reply, line(1770000101)]);
  });
});

describe('matchAll', () => {
  it('takes every line of filterlog and no other', () => {
    const text = `${line(1)}\nNov 20 03:04:05 fw newsyslog[1]: logfile turned over\n`;
    assert.deepEqual(scan(text, matchAll()), [line(1)]);
  });
});

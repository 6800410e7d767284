import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createLocalMask } from '../../src/core/local-mask.ts';
import { matchPflog, parsePflogLine } from '../../src/core/log-line-pflog.ts';
import { findRecord, PCAP_HEADER, readPcapHeader, readRecords } from '../../src/core/pflog.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { parsePrefix, formatPrefix, parseTable } from '../../src/core/prefix-text.ts';
import {
  echoRequest,
  pcapHeader,
  pflogRecord,
  tcpSegment,
  udpDatagram,
  type LoggedBytes,
} from '../support/pflog-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PING: LoggedBytes = {
  micros: 1_795_000_000_226_823n,
  rule: 1,
  source: '10.0.2.15',
  destination: '64.87.3.133',
  protocol: 1,
  payload: echoRequest(),
};

function linesOf(...packets: readonly LoggedBytes[]): string[] {
  const bigEndian = packets[0]?.bigEndian ?? false;
  const file = Buffer.concat([pcapHeader(bigEndian), ...packets.map(pflogRecord)]);
  const format = readPcapHeader(file);
  assert.ok(format !== null);
  const { lines, used, damaged } = readRecords(file, PCAP_HEADER, format);
  assert.deepEqual([used, damaged], [file.length, false]);
  return lines.trimEnd().split('\n');
}

const address4 = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((bytes) => bytes.join('.'));
const address6 = fc
  .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
  .map((words) => words.map((word) => word.toString(16)).join(':'));
const port = fc.integer({ min: 1, max: 65_535 });
const behind = fc.oneof(
  fc.tuple(port, port, fc.nat(255), fc.nat(0xffff_ffff)).map(([from, to, flags, sequence]) => ({
    protocol: 6,
    payload: tcpSegment(from, to, flags & 0x3f, sequence),
  })),
  fc
    .tuple(port, port, fc.nat(40))
    .map(([from, to, length]) => ({ protocol: 17, payload: udpDatagram(from, to, length) })),
  fc.constantFrom(47, 50, 89, 200).map((protocol) => ({ protocol, payload: Buffer.alloc(24) })),
);
const packet: fc.Arbitrary<LoggedBytes> = fc
  .tuple(
    fc.oneof(fc.tuple(address4, address4), fc.tuple(address6, address6)),
    behind,
    fc.record({
      micros: fc.bigInt(1_500_000_000_000_000n, 1_999_999_999_999_999n),
      rule: fc.nat(0xffff_fffe),
      direction: fc.constantFrom(1 as const, 2 as const),
      action: fc.constantFrom(0, 1),
      interface: fc.constantFrom('em0', 'vio1', 'vlan4094', 'pppoe0'),
      bigEndian: fc.boolean(),
    }),
  )
  .map(([[source, destination], rest, about]) => ({ source, destination, ...rest, ...about }));

describe('a pflog', () => {
  const folder = temporaryFolder();

  it('is shown as the document shows it, with the date', () => {
    assert.deepEqual(
      linesOf(
        PING,
        { ...PING, protocol: 6, payload: tcpSegment(31470, 80, 2, 3938496047) },
        {
          ...PING,
          rule: 5,
          action: 0,
          direction: 1,
          protocol: 17,
          payload: udpDatagram(53, 4711, 40),
        },
        {
          ...PING,
          source: '2001:db8::66',
          destination: '2001:db8::1',
          protocol: 58,
          payload: Buffer.from([128, 0, 0, 0]),
        },
      ),
      [
        '2026-11-18T11:06:40.226823Z rule 1/(match) block out on em0: 10.0.2.15 > 64.87.3.133: icmp: echo request',
        '2026-11-18T11:06:40.226823Z rule 1/(match) block out on em0: 10.0.2.15.31470 > 64.87.3.133.80: S 3938496047:3938496047(0) win 16384',
        '2026-11-18T11:06:40.226823Z rule 5/(match) pass in on em0: 10.0.2.15.53 > 64.87.3.133.4711: udp 40',
        '2026-11-18T11:06:40.226823Z rule 1/(match) block out on em0: 2001:db8::66 > 2001:db8::1: icmp6: echo request',
      ],
    );
  });

  it('names the rule of an anchor, and the default rule', () => {
    const [inAnchor, byDefault] = linesOf(
      { ...PING, rule: 3, anchor: 'ftp-proxy/12', subrule: 0 },
      { ...PING, rule: 0xffff_ffff },
    );
    assert.match(inAnchor ?? '', / rule 3\.ftp-proxy\/12\.0\/\(match\) /);
    assert.match(byDefault ?? '', / rule def\/\(match\) /);
    assert.ok([inAnchor, byDefault].every((line) => parsePflogLine(line ?? '') !== null));
  });

  it('is read in the order of either processor', () => {
    assert.deepEqual(linesOf({ ...PING, bigEndian: true }), linesOf(PING));
  });

  it('tells the same as tcpdump, field by field', () => {
    const packets = fc
      .sample(packet, { numRuns: 200, seed: 7 })
      .map((one) => ({ ...one, bigEndian: false }));
    const path = join(folder(), 'pflog');
    writeFileSync(path, Buffer.concat([pcapHeader(), ...packets.map(pflogRecord)]));
    const { stdout, stderr, status } = spawnSync('tcpdump', ['-ttner', path], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const theirs = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('\t'));
    const fields =
      /^(\d+\.\d{6}) rule (\d+)\/\d+\((\S+)\)(?: \[[^\]]*\])?: (\S+) (in|out) on (\S+): (?:IP6? )?(\S+) > (\S+):(?: |$)/;
    const told = theirs.map((line) => fields.exec(line)?.slice(1) ?? assert.fail(line));
    const ours = linesOf(...packets).map((line) => {
      const [stamp = '', , rule = '', ...rest] = line.split(' ');
      const seconds = Date.parse(stamp.replace(/\.\d+Z$/, 'Z')) / 1000;
      const [number = '', reason = ''] = rule.split('/');
      const [action = '', direction = '', , ifname = '', from = '', , to = ''] = rest;
      return [
        `${seconds}.${stamp.slice(20, 26)}`,
        ...[number, reason.replaceAll(/[()]/g, ''), action, direction],
        ...[ifname.replace(':', ''), from, to.replace(/:$/, '')],
      ];
    });
    assert.deepEqual(ours, told);
  });

  it('is read back from its line as it was, whatever was logged', () => {
    fc.assert(
      fc.property(packet, (logged) => {
        const [line = ''] = linesOf(logged);
        const read = parsePflogLine(line);
        assert.ok(read !== null, line);
        const canonical = (text: string) => formatPrefix(parsePrefix(text));
        assert.equal(read.source, canonical(logged.source));
        assert.equal(read.destination, canonical(logged.destination));
        assert.equal(read.action, logged.action === 0 ? 'pass' : 'block');
        assert.equal(read.direction, logged.direction === 1 ? 'in' : 'out');
        const names = new Map([
          [6, 'tcp'],
          [17, 'udp'],
          [47, 'gre'],
          [50, 'esp'],
          [89, 'ospf'],
          [200, '200'],
        ]);
        assert.equal(read.protocol, names.get(logged.protocol));
        const hasPorts = [6, 17].includes(logged.protocol);
        const payload = Buffer.from(logged.payload);
        assert.equal(read.sourcePort, hasPorts ? payload.readUInt16BE(0) : null);
        assert.equal(read.destinationPort, hasPorts ? payload.readUInt16BE(2) : null);
      }),
    );
  });

  it('throws nothing and stops nowhere, whatever its bytes are', () => {
    const format = readPcapHeader(pcapHeader());
    assert.ok(format !== null);
    const damage = fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 5 }),
        damage,
        fc.integer({ min: 16, max: 300 }),
        (packets, changes, snap) => {
          const records = packets.map((one) => pflogRecord({ ...one, bigEndian: false, snap }));
          const bytes = Buffer.concat([pcapHeader(), ...records]);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          readPcapHeader(bytes);
          let at = PCAP_HEADER;
          for (;;) {
            const { lines, used, damaged } = readRecords(bytes, at, format);
            assert.ok(used >= at && used <= bytes.length);
            for (const line of lines.split('\n').slice(0, -1)) {
              assert.match(line, /^[\x20-\x7e]+$/);
              parsePflogLine(line);
            }
            if (!damaged) break;
            at = findRecord(bytes, used + 1, format);
            assert.ok(at > used);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('goes on behind damaged bytes with the next packet', () => {
    const format = readPcapHeader(pcapHeader());
    assert.ok(format !== null);
    const bytes = Buffer.concat([Buffer.alloc(77, 0xff), pflogRecord(PING), pflogRecord(PING)]);
    assert.equal(readRecords(bytes, 0, format).damaged, true);
    assert.equal(findRecord(bytes, 1, format), 77);
  });

  it('of FreeBSD has the same fields in a shorter header', () => {
    const record = pflogRecord(PING);
    const shorter = Buffer.concat([
      record.subarray(0, 16),
      Buffer.from([69]),
      record.subarray(17, 16 + 72),
      record.subarray(16 + 100),
    ]);
    shorter.writeUInt32LE(shorter.length - 16, 8);
    const format = readPcapHeader(pcapHeader());
    assert.ok(format !== null);
    assert.equal(readRecords(shorter, 0, format).lines.trimEnd(), linesOf(PING)[0]);
  });
});

describe('a line of pflog', () => {
  it('is read as tcpdump of other systems writes it, too', () => {
    const line =
      '2026-11-20T00:42:16.939373Z rule 5/0(match) [uid 0]: block out on em0: 10.0.2.15 > 64.87.3.133: ICMP echo request, id 29961';
    assert.deepEqual(parsePflogLine(line)?.destination, '64.87.3.133');
  });

  it('is a hit when its packet was blocked and an end of it is on the block list', () => {
    const lookups = {
      block: createLookup(parseTable(Buffer.from('64.87.3.0/24\n2001:db8:5::/48\n'))),
      allow: createLookup(parseTable(Buffer.from('203.0.113.9\n'))),
    };
    const [rules, policy] = [matchPflog('rules', lookups), matchPflog('policy', lookups)];
    const hits = (packet: LoggedBytes) => {
      const line = Buffer.from(linesOf(packet)[0] ?? '');
      return [rules, policy].map((one) => one.test(line, 0, line.length));
    };
    assert.deepEqual(hits(PING), [true, true]);
    assert.deepEqual(hits({ ...PING, source: '64.87.3.7', destination: '10.0.2.15' }), [
      true,
      true,
    ]);
    assert.deepEqual(hits({ ...PING, source: '2001:db8:5::1', destination: '2001:db8::1' }), [
      true,
      true,
    ]);
    assert.deepEqual(hits({ ...PING, action: 0 }), [false, true]);
    assert.deepEqual(hits({ ...PING, action: 0, destination: '203.0.113.9' }), [false, true]);
    assert.deepEqual(hits({ ...PING, destination: '198.51.100.1' }), [false, false]);
  });

  it('has no local address when those are masked, with a port or without', () => {
    const mask = createLocalMask([]);
    const masked = (one: Partial<LoggedBytes>) =>
      Buffer.from(mask(Buffer.from(`${linesOf({ ...PING, ...one })[0] ?? ''}\n`))).toString();
    const tcp = { protocol: 6, payload: tcpSegment(443, 80) };
    assert.match(masked({}), /em0: 0\.0\.0\.0 > 64\.87\.3\.133: /);
    assert.match(masked(tcp), /em0: 0\.0\.0\.0\.443 > 64\.87\.3\.133\.80: /);
    for (const from of [443, 5, 31470]) {
      const inside = { source: 'fd00::15', destination: '2001:db8::1', protocol: 6 };
      const line = masked({ ...inside, payload: tcpSegment(from, 80) });
      assert.match(line, new RegExp(`em0: ::\\.${from} > 2001:db8::1\\.80: `));
      assert.equal(parsePflogLine(line.trimEnd())?.sourcePort, from);
    }
  });
});

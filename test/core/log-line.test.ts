import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLogLine } from '../../src/core/log-line.ts';

const CSV4 =
  '6,,,1770000101,igb0,match,block,in,4,0x0,,51,3354,0,DF,6,tcp,60,192.0.2.1,203.0.113.7,4711,22,0,S,1,,64240,,mss;sackOK';
const PREFIX = 'Nov 20 03:04:05 fw filterlog[38263]: ';

describe('parseLogLine', () => {
  it('reads an IPv4 TCP packet', () => {
    assert.deepEqual(parseLogLine(PREFIX + CSV4), {
      stamp: 'Nov 20 03:04:05',
      tracker: 1770000101,
      interface: 'igb0',
      reason: 'match',
      action: 'block',
      direction: 'in',
      version: 4,
      protocol: 'tcp',
      source: '192.0.2.1',
      sourcePort: 4711,
      destination: '203.0.113.7',
      destinationPort: 22,
      oddTail: false,
    });
  });

  it('reads an IPv6 packet, whose protocol name comes before its number', () => {
    const packet = parseLogLine(
      `${PREFIX}6,,,1770000101,em0,match,block,out,6,0x00,0x00000,58,UDP,17,20,2001:db8::1,2001:db8:1::7,1068,53,12`,
    );
    assert.equal(packet?.protocol, 'udp');
    assert.equal(packet.version, 6);
    assert.deepEqual([packet.source, packet.sourcePort], ['2001:db8::1', 1068]);
    assert.deepEqual([packet.destination, packet.destinationPort], ['2001:db8:1::7', 53]);
  });

  const prefixes = [
    'Nov  2 03:04:05 fw filterlog: ',
    'Nov 20 03:04:05 filterlog[1]: ',
    'Nov 20 03:04:05 filterlog: ',
    '<134>Nov 20 03:04:05 fw filterlog[38263]: ',
    'Nov 20 03:04:05 <local0.info> fw filterlog[38263]: ',
    '2026-01-02T03:04:05+01:00 fw filterlog[38263]: ',
    '<134>1 2026-01-02T03:04:05.678901+00:00 fw.example.net filterlog 38263 - - ',
    '1 2026-01-02T03:04:05Z - filterlog - - - ',
    '<134>1 2026-01-02T03:04:05Z fw filterlog 1 - [meta sequenceId="1"] ',
  ];
  for (const prefix of prefixes) {
    it(`reads the syslog prefix "${prefix}"`, () => {
      const packet = parseLogLine(prefix + CSV4);
      assert.equal(packet?.tracker, 1770000101);
      assert.match(prefix, new RegExp(packet.stamp.replaceAll('+', '\\+')));
    });
  }

  // Everything but ports, by protocol: text behind the addresses, ports, whether the tail is odd.
  const rule = '4,,,1770000101,em0,match,block,in,4,0x0,,64,1,0,none,';
  const ends = ',192.0.2.1,203.0.113.7,';
  const tails: [string, string, number | null, number | null, boolean][] = [
    ['udp', `${rule}17,udp,60${ends}51438,53,40`, 51438, 53, false],
    ['sctp', `${rule}132,sctp,60${ends}1,2,3`, 1, 2, false],
    ['icmp request', `${rule}1,icmp,84${ends}request,51678,1660`, null, null, false],
    ['icmp unreachable', `${rule}1,icmp,84${ends}unreachport,10.0.0.1,17,53`, null, null, false],
    [
      'icmp redirect',
      `${rule}1,icmp,84${ends}redirect,ICMP redirect 1, to host`,
      null,
      null,
      false,
    ],
    ['carp', `${rule}112,carp,56${ends}advertise,255,1,2,0,1`, null, null, false],
    ['igmp', `${rule}2,igmp,36${ends}datalength=12 `, null, null, false],
    ['tcp cut short', `${rule}6,tcp,60${ends}1,2,errormsg=[bad hdr length 0]`, 1, 2, true],
    ['udp truncated', `${rule}17,udp,60${ends}truncated-ip - 12 bytes missing!`, null, null, true],
    ['udp port too large', `${rule}17,udp,60${ends}70000,53,40`, null, 53, true],
    [
      'fragment but the first',
      `4,,,1770000101,em0,match,block,in,4,0x0,,64,1,1480,none,17,udp,60${ends}`,
      null,
      null,
      false,
    ],
    [
      'rule in an anchor',
      `4,16777216,userrules/x,1770000101,em0.20,unkn(77),reject,out,4,0x0,,64,1,0,none,17,udp,60${ends}5,6,7`,
      5,
      6,
      false,
    ],
    [
      'icmpv6',
      '4,,,1770000101,em0,match,block,in,6,0x00,0x00000,255,ICMPv6,58,32,fe80::1,ff02::1,',
      null,
      null,
      false,
    ],
  ];
  for (const [name, csv, sourcePort, destinationPort, oddTail] of tails) {
    it(`reads the tail of: ${name}`, () => {
      const packet = parseLogLine(PREFIX + csv);
      assert.ok(packet);
      assert.deepEqual(
        [packet.sourcePort, packet.destinationPort, packet.oddTail],
        [sourcePort, destinationPort, oddTail],
      );
    });
  }

  it('refuses what is not a packet of filterlog', () => {
    const lines = [
      '',
      'Nov 20 03:04:05 fw newsyslog[1]: logfile turned over',
      `${PREFIX}6,,,1770000101,igb0,match,block,in`,
      `${PREFIX}${CSV4.replace(',in,', ',sideways,')}`,
      `${PREFIX}${CSV4.replace(',in,4,', ',in,constructor,')}`,
      `${PREFIX}${CSV4.replace('192.0.2.1', '192.0.2.one')}`,
      `${PREFIX}${CSV4.replace('1770000101', 'x')}`,
      `fw filterlog: ${CSV4}`,
    ];
    for (const line of lines) assert.equal(parseLogLine(line), null, line);
  });

  it('never throws, whatever bytes are changed, cut or put in', () => {
    const edit = fc.tuple(fc.nat(200), fc.nat(20), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        let line = PREFIX + CSV4;
        for (const [at, cut, text] of edits) line = line.slice(0, at) + text + line.slice(at + cut);
        const packet = parseLogLine(line);
        assert.ok(packet === null || packet.sourcePort === null || packet.sourcePort <= 65_535);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes time in proportion to the length of hostile lines', () => {
    for (const part of [
      'filterlog: ',
      ',',
      '[',
      ' ',
      'filterlog[1',
      '<1>1 ',
      'Nov 20 03:04:05 <x',
    ]) {
      const started = performance.now();
      parseLogLine(`Nov 20 03:04:05 ${part.repeat(20_000)}`);
      assert.ok(performance.now() - started < 500, part);
    }
  });
});

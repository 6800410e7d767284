import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHitReader } from '../../src/core/hit-read.ts';
import { matchKernelRules, parseKernelLine } from '../../src/core/log-line-kernel.ts';
import { scanLines } from '../../src/core/log-line-scan.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { table } from '../support/prefixes.ts';

/** As the documents show them. */
const LOCAL =
  'May 30 15:38:53 linux_server kernel: [51423.183451] ThreatSTOP-TSblock IN= OUT=br0 SRC=10.0.2.15 DST=64.87.3.133 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=11294 DF PROTO=ICMP TYPE=8 CODE=0 ID=31025 SEQ=1';
const BRIDGED =
  'May 30 15:50:53 linux_server kernel: [52142.887934] ThreatSTOP-TSblock IN=br0 OUT=br0 PHYSIN=enp0s8 PHYSOUT=enp0s3 MAC=52:54:00:12:35:02:08:00:27:a3:c1:cd:08:00 SRC=10.0.2.16 DST=64.87.3.133 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=29096 DF PROTO=ICMP TYPE=8 CODE=0 ID=2068 SEQ=1';
const TCP6 =
  '2026-11-20T03:04:05.678901+00:00 fw kernel: [  12.345678] ThreatSTOP-TSblock IN=eth0 OUT= MAC=33:33 SRC=2001:db8::66 DST=2001:db8::1 LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=TCP SPT=4711 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0';
const ERROR =
  'Nov 20 03:04:05 fw kernel: ThreatSTOP-TSblock IN=eth0 OUT= MAC= SRC=203.0.113.7 DST=198.51.100.1 LEN=88 TOS=0x00 PREC=0xC0 TTL=64 ID=1 PROTO=ICMP TYPE=3 CODE=3 [SRC=198.51.100.1 DST=203.0.113.7 LEN=60 PROTO=UDP SPT=1 DPT=53 LEN=40 ]';
/** As ulogd 2.0.8 writes them, with a blank at the end. */
const ULOGD =
  'Nov 21 13:19:38 vm ThreatSTOP-TSblock IN=out OUT= MAC=26:dd:e7:fe:f3:5b:06:45:6b:e1:b3:44:08:00 SRC=198.18.0.2 DST=198.18.0.1 LEN=84 TOS=00 PREC=0x00 TTL=64 ID=53651 PROTO=ICMP TYPE=0 CODE=0 ID=26665 SEQ=1 MARK=0x0 ';

describe("the kernel's log lines", () => {
  it('of a packet of this host', () => {
    assert.deepEqual(parseKernelLine(LOCAL), {
      stamp: 'May 30 15:38:53',
      ...{ tracker: 0, reason: 'match', action: 'block', oddTail: false },
      ...{ direction: 'out', interface: 'br0', version: 4, protocol: 'icmp' },
      ...{ source: '10.0.2.15', sourcePort: null },
      ...{ destination: '64.87.3.133', destinationPort: null },
    });
  });

  it('of a bridged packet name the port of the bridge, and leave the direction open', () => {
    const packet = parseKernelLine(BRIDGED);
    assert.equal(packet?.interface, 'enp0s8');
    assert.equal(packet.direction, null);
  });

  it('of an IPv6 packet have its ports', () => {
    const packet = parseKernelLine(TCP6);
    assert.deepEqual(
      [
        packet?.stamp,
        packet?.direction,
        packet?.version,
        packet?.sourcePort,
        packet?.destinationPort,
      ],
      ['2026-11-20T03:04:05.678901+00:00', 'in', 6, 4711, 22],
    );
  });

  it('of an ICMP error tell of the error, not of the packet inside', () => {
    const packet = parseKernelLine(ERROR);
    assert.deepEqual([packet?.source, packet?.sourcePort], ['203.0.113.7', null]);
  });

  it('of ulogd, which have no word "kernel"', () => {
    const packet = parseKernelLine(ULOGD);
    assert.deepEqual(
      [packet?.stamp, packet?.direction, packet?.interface, packet?.source, packet?.protocol],
      ['Nov 21 13:19:38', 'in', 'out', '198.18.0.2', 'icmp'],
    );
    const bridged = ULOGD.replace('OUT= ', 'OUT=br0 PHYSIN=lan PHYSOUT=wan ');
    assert.deepEqual(
      [parseKernelLine(bridged)?.interface, parseKernelLine(bridged)?.direction],
      ['lan', null],
    );
    // A program that writes to syslog has its name behind that of the host.
    assert.equal(parseKernelLine(ULOGD.replace(' vm ', ' logger: ')), null);
    assert.equal(parseKernelLine(ULOGD.replace(' vm ', ' vm logger: ')), null);
  });

  it('are refused when they are broken, or of somebody else', () => {
    for (const [from, to] of [
      ['ThreatSTOP-TSblock', 'OTHER'],
      ['SRC=10.0.2.15 ', ''],
      ['DST=64.87.3.133', 'DST=2001:db8::1'],
      ['PROTO=ICMP', 'PROTO='],
      ['OUT=br0', 'OUT='],
      ['OUT=br0', 'OUT=an-interface-name-too-long'],
      ['May 30 15:38:53 ', ''],
      [' kernel:', ' sshd[17]:'],
    ] as const) {
      assert.equal(parseKernelLine(LOCAL.replace(from, to)), null, `${from} → ${to}`);
    }
    assert.equal(parseKernelLine(TCP6.replace('SPT=4711', 'SPT=99999'))?.sourcePort, null);
  });

  it('never make the parser throw', () => {
    fc.assert(
      fc.property(fc.nat(BRIDGED.length), fc.nat(20), fc.string(), (at, length, junk) => {
        parseKernelLine(BRIDGED.slice(0, at) + junk + BRIDGED.slice(at + length));
      }),
    );
  });

  it('are found among others by their prefix', () => {
    const bytes = Buffer.from(`${LOCAL}\nNov 20 03:04:05 fw kernel: other\n${TCP6}\n`);
    const found: string[] = [];
    scanLines(bytes, matchKernelRules(), (start, end) => {
      found.push(bytes.toString('latin1', start, end));
    });
    assert.deepEqual(found, [LOCAL, TCP6]);
  });

  it('become hits whose direction is that of the listed end', () => {
    const policy = {
      block: createLookup(table('64.87.3.133', '203.0.113.0/24')),
      allow: createLookup(table()),
    };
    const now = Date.UTC(2026, 10, 20);
    const read = createHitReader({ now, zone: () => 0, policy });
    const from = BRIDGED.replace('SRC=10.0.2.16 DST=64.87.3.133', 'SRC=203.0.113.9 DST=10.0.2.16');
    const hits = [BRIDGED, from].map((line) => read(Buffer.from(line)));
    assert.deepEqual(
      hits.map((hit) => ('direction' in hit ? [hit.direction, hit.entry, hit.time] : null)),
      [
        ['out', '64.87.3.133', Date.UTC(2026, 4, 30, 15, 50, 53)],
        ['in', '203.0.113.0/24', Date.UTC(2026, 4, 30, 15, 50, 53)],
      ],
    );
  });
});

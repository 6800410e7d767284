import assert from 'node:assert/strict';
import {
  parseKilledStates,
  parseStateAddresses,
  parseTableEntries,
  parseTableLimit,
  parseTableSizes,
} from '../../../src/firewall/pf/parse.ts';
import { recommended } from '../../../src/firewall/pf/table-room.ts';
import { formatPrefix, formatTable } from '../../../src/core/prefix-text.ts';

describe('what pfctl prints', () => {
  it('the limit is the number of table-entries', () => {
    const output = 'states        hard limit   402000\ntable-entries hard limit   400000\n';
    assert.equal(parseTableLimit(output), 400_000);
  });

  it('limits without table-entries are refused', () => {
    assert.throws(() => parseTableLimit('states hard limit 1\n'), /no table-entries/);
  });

  it('every table has its size, also one of an anchor', () => {
    const output =
      '--a-r--\tThreatSTOP_block\n\tAddresses:   26013\n\tCleared:     Fri Nov 20 21:17:19 2026\n' +
      '---i---\tbeing_loaded\n\tAddresses:   0\n-pa-r--\tbogonsv6\n\tAddresses:   3\n--a----h\tcpzoneid_2_auth\tcpzoneid_2\n\tAddresses:   1\n';
    assert.deepEqual(
      [...parseTableSizes(output)],
      [
        ['ThreatSTOP_block', 26013],
        ['being_loaded', 0],
        ['bogonsv6', 3],
        ['cpzoneid_2_auth\tcpzoneid_2', 1],
      ],
    );
  });

  it('entries are indented', () => {
    const table = parseTableEntries('   64.87.3.133\n   198.51.100.0/24\n   2001:db8::1\n');
    assert.equal(
      Buffer.from(formatTable(table)).toString(),
      '64.87.3.133\n198.51.100.0/24\n2001:db8::1\n',
    );
  });

  it('a state has the addresses of both ends, and of the translation', () => {
    const output = `all tcp 203.0.113.2:12345 (192.168.1.10:54321) -> 198.51.100.5:443       ESTABLISHED:ESTABLISHED
all udp 2001:db8::1[53] <- 2001:db8:2::5[50000]       MULTIPLE:MULTIPLE
all icmp 203.0.113.2:8 -> 198.51.100.5:8       0:0
all ospf 203.0.113.2 -> 224.0.0.5       SINGLE:NO_TRAFFIC
`;
    assert.deepEqual(parseStateAddresses(output).map(formatPrefix), [
      '203.0.113.2',
      '192.168.1.10',
      '198.51.100.5',
      '2001:db8::1',
      '2001:db8:2::5',
      '224.0.0.5',
    ]);
  });

  it('killed states are counted', () => {
    assert.equal(parseKilledStates('killed 3 states from 1 sources and 0 destinations\n'), 3);
    assert.equal(parseKilledStates('no states\n'), 0);
  });

  it('a recommended limit is round and never below 400,000', () => {
    assert.deepEqual([6, 400_001, 1_234_567].map(recommended), [400_000, 500_000, 1_300_000]);
  });
});

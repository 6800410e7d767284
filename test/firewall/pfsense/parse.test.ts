import assert from 'node:assert/strict';
import { parseTrackers } from '../../../src/firewall/pfsense/parse.ts';

describe('what the pfctl of pfSense prints', () => {
  it('trackers are read in the forms of 2.5 and of 2.6 and later, and nothing else is taken for one', () => {
    const output = `block drop in log quick on em0 inet from <ThreatSTOP_block> to any label "id:1770000103" ridentifier 1770000101
@71(1770000102) block drop in log quick on em0 inet from <ThreatSTOP_block:3> to any
block drop in log label "ridentifier17"
pass in quick on em1 inet all flags S/SA keep state label "tracker" tracker 1600000000 label "x"
`;
    assert.deepEqual([...parseTrackers(output)], [1_770_000_101, 1_770_000_102, 1_600_000_000]);
  });
});

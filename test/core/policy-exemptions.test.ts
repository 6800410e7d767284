import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AppliedExemption, PolicyTables } from '../../src/core/ports.ts';
import { applyExemptions } from '../../src/core/policy-exemptions.ts';
import { isCovered } from '../../src/core/prefix-search.ts';
import { formatPrefix, formatTable, parsePrefix, parseTable } from '../../src/core/prefix-text.ts';

const table = (text: string) => parseTable(Buffer.from(text.replaceAll(' ', '\n') + '\n'));
const policy = (block: string, allow = ''): PolicyTables => ({
  block: table(block),
  allow: table(allow),
});
const one = (text: string): AppliedExemption => {
  const [action = '', prefix = ''] = text.split(' ');
  return { action: action as AppliedExemption['action'], prefix };
};
const text = (tables: PolicyTables) => ({
  block: Buffer.from(formatTable(tables.block)).toString().trim().replaceAll('\n', ' '),
  allow: Buffer.from(formatTable(tables.allow)).toString().trim().replaceAll('\n', ' '),
});

describe('applyExemptions', () => {
  it('takes what is allowed out of the block table, and puts it into no other', () => {
    const made = applyExemptions(policy('198.51.100.0/30'), [one('allow 198.51.100.1')], []);
    assert.deepEqual(text(made), { block: '198.51.100.0 198.51.100.2/31', allow: '' });
  });

  it('blocks what a list allows', () => {
    const made = applyExemptions(policy('', '203.0.113.0/30'), [one('block 203.0.113.2')], []);
    assert.deepEqual(text(made), { block: '203.0.113.2', allow: '203.0.113.0/31 203.0.113.3' });
  });

  it('never blocks what is guarded', () => {
    const guard = [parsePrefix('203.0.113.1')];
    const made = applyExemptions(policy(''), [one('block 203.0.113.0/30')], guard);
    assert.deepEqual(text(made).block, '203.0.113.0 203.0.113.2/31');
  });

  it('gives back the tables as they were without exemptions', () => {
    const tables = policy('198.51.100.0/24', '203.0.113.1');
    assert.equal(applyExemptions(tables, [], [parsePrefix('198.51.100.1')]).block, tables.block);
  });

  it('decides each address by the narrowest exemption, else by the lists', () => {
    const prefix = fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 28, max: 32 }))
      .map(([host, length]) => formatPrefix(parsePrefix(`198.51.100.${host}/${length}`)));
    const lists = fc.uniqueArray(prefix, { maxLength: 6 }).map((all) => all.join(' '));
    const exemptions = fc.uniqueArray(
      fc.record({ action: fc.constantFrom('allow' as const, 'block' as const), prefix }),
      { maxLength: 8, selector: (exemption) => exemption.prefix },
    );
    const inside = (address: string, other: string) =>
      isCovered(table(other), parsePrefix(address));
    fc.assert(
      fc.property(lists, exemptions, fc.integer({ min: 0, max: 15 }), (block, some, guarded) => {
        const guard = [parsePrefix(`198.51.100.${guarded}`)];
        // A compiled policy blocks nothing that is guarded.
        const base = applyExemptions(policy(block), [one(`allow 198.51.100.${guarded}`)], []);
        const made = applyExemptions(base, some, guard);
        for (let host = 0; host < 16; host += 1) {
          const address = `198.51.100.${host}`;
          const [narrowest] = some
            .filter((exemption) => inside(address, exemption.prefix))
            .sort((a, b) => parsePrefix(b.prefix).length - parsePrefix(a.prefix).length);
          const listed = isCovered(base.block, parsePrefix(address));
          const wanted = narrowest === undefined ? listed : narrowest.action === 'block';
          assert.equal(
            isCovered(made.block, parsePrefix(address)),
            wanted && host !== guarded,
            address,
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

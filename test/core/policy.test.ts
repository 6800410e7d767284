import assert from 'node:assert/strict';
import { excludeCidr, mergeCidr } from 'cidr-tools';
import fc from 'fast-check';
import { compilePolicy, describeNote, type CompileOptions } from '../../src/core/policy.ts';
import type { FetchedList, FetchedPolicy } from '../../src/core/ports.ts';
import { compactTable } from '../../src/core/prefix-algebra.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { fetchedList, prefixTexts, table, texts } from '../support/prefixes.ts';

const PLAIN: CompileOptions = { maxPolicySize: 0, compact: 'never', guard: [] };

function policy(block: readonly FetchedList[], allow: readonly FetchedList[] = []): FetchedPolicy {
  return { version: 'threatstop.local=1', block, allow };
}

function compile(
  block: readonly string[],
  allow: readonly string[] = [],
  options: Partial<CompileOptions> = {},
) {
  const fetched = policy([fetchedList(block)], [fetchedList(allow)]);
  const { tables, notes } = compilePolicy(fetched, { ...PLAIN, ...options });
  return { block: texts(tables.block), allow: texts(tables.allow), notes };
}

describe('compilePolicy: lists', () => {
  it('joins all lists of a kind, each entry once', () => {
    const { tables, notes } = compilePolicy(
      policy(
        [fetchedList(['10.0.0.1', '2001:db8::/32']), fetchedList(['10.0.0.1', '10.0.0.0/24'])],
        [fetchedList(['192.0.2.1']), fetchedList(['2001:db8:1::1'], [])],
      ),
      PLAIN,
    );
    assert.ok(texts(tables.block).includes('10.0.0.0/24'));
    assert.deepEqual(texts(tables.allow), ['192.0.2.1', '2001:db8:1::1']);
    assert.deepEqual(
      notes.map(({ kind }) => kind),
      ['allow-without-effect', 'removed-by-allow'],
    );
  });

  it('takes what a list excludes out of that list alone', () => {
    const { tables, notes } = compilePolicy(
      policy([fetchedList(['10.0.0.0/30'], ['10.0.0.1', '192.0.2.1']), fetchedList(['192.0.2.1'])]),
      PLAIN,
    );
    assert.deepEqual(texts(tables.block), ['10.0.0.0', '10.0.0.2/31', '192.0.2.1']);
    assert.deepEqual(notes, []);
  });

  it('does not merge neighbours', () => {
    const neighbours = ['10.0.0.0', '10.0.0.1', '10.0.0.1/32', '10.0.1.0/24', '10.0.0.0/24'];
    assert.deepEqual(compile(neighbours).block, [
      '10.0.0.0/24',
      '10.0.0.0',
      '10.0.0.1',
      '10.0.1.0/24',
    ]);
  });

  it('makes empty tables of no lists', () => {
    const { tables, notes } = compilePolicy(policy([]), PLAIN);
    assert.deepEqual([sizeOf(tables.block), sizeOf(tables.allow), notes.length], [0, 0, 0]);
  });
});

describe('compilePolicy: allow list', () => {
  it('takes allowed addresses out of the block table and reports both sides', () => {
    const { block, allow, notes } = compile(
      ['10.0.0.0/30', '10.0.0.1', '192.0.2.0/24'],
      ['10.0.0.1', '198.51.100.1', '::1'],
    );
    assert.deepEqual(block, ['10.0.0.0', '10.0.0.2/31', '192.0.2.0/24']);
    assert.deepEqual(allow, ['10.0.0.1', '198.51.100.1', '::1']);
    assert.deepEqual(notes, [
      { kind: 'allow-without-effect', count: 2, first: ['198.51.100.1', '::1'] },
      { kind: 'removed-by-allow', count: 2, first: ['10.0.0.0/30', '10.0.0.1'] },
    ]);
  });

  it('names the first 20 entries and counts all', () => {
    const many = Array.from({ length: 50 }, (_, i) => `10.0.0.${i}`);
    const [note] = compile([], many).notes;
    assert.ok(note?.kind === 'allow-without-effect');
    assert.deepEqual([note.count, note.first], [50, many.slice(0, 20)]);
  });

  it('leaves no allowed and loses no other address, also when both tables are cut', () => {
    const both = fc.tuple(prefixTexts(4, 40), prefixTexts(4, 15));
    fc.assert(
      fc.property(both, ([block, allow]) => {
        const narrow = (entry: string): boolean => !/\/[0-7]$/.test(entry);
        const [blocked, allowed] = [block.filter(narrow), allow.filter(narrow)];
        const whole = compile(blocked, allowed).block;
        const left = table(...excludeCidr(blocked, allowed));
        assert.deepEqual(texts(compactTable(table(...whole))), texts(left));
        const cut = compile(blocked, allowed, { maxPolicySize: 10 }).block;
        assert.ok(cut.every((entry) => whole.includes(entry)));
      }),
    );
  });
});

describe('compilePolicy: width', () => {
  it('takes too wide entries out and reports them', () => {
    const { block, notes } = compile([
      '0.0.0.0/0',
      '10.0.0.0/7',
      '12.0.0.0/8',
      '::/0',
      '2000::/15',
      '2a00::/16',
    ]);
    assert.deepEqual(block, ['12.0.0.0/8', '2a00::/16']);
    assert.deepEqual(notes, [
      {
        kind: 'too-wide',
        table: 'block',
        count: 4,
        first: ['0.0.0.0/0', '10.0.0.0/7', '::/0', '2000::/15'],
      },
    ]);
  });

  it('takes 0.0.0.0/0 and ::/0 out whatever the widths are', () => {
    const widths = { maxWidth4: 0, maxWidth6: 0 };
    assert.deepEqual(compile(['0.0.0.0/0', '0.0.0.0/1', '::/0', '::/1'], [], widths).block, [
      '0.0.0.0/1',
      '::/1',
    ]);
  });

  it('takes them out before what the list excludes: of all but one address nothing is left', () => {
    const all = (exclude: string) => [fetchedList(['0.0.0.0/0', '9.9.9.0/24'], [exclude])];
    const options = { maxPolicySize: 0, compact: 'auto', guard: [] } as const;
    const { tables, notes } = compilePolicy(
      { version: 'z=1', block: all('9.9.9.9'), allow: all('9.9.9.0/25') },
      options,
    );
    assert.deepEqual(texts(tables.allow), ['9.9.9.128/25']);
    assert.deepEqual(texts(tables.block), [
      ...['9.9.9.0/29', '9.9.9.8', '9.9.9.10/31', '9.9.9.12/30', '9.9.9.16/28'],
      ...['9.9.9.32/27', '9.9.9.64/26'],
    ]);
    const wide = notes.filter(({ kind }) => kind === 'too-wide');
    assert.deepEqual(
      wide.map((note) => 'first' in note && note.first),
      [['0.0.0.0/0'], ['0.0.0.0/0']],
    );
  });

  it('does not let an allow list that holds all addresses empty the block table', () => {
    const { block, allow, notes } = compile(
      ['10.0.0.1', '2001:db8::1'],
      ['0.0.0.0/0', '::/0', 'fc00::/7'],
    );
    assert.deepEqual(block, ['10.0.0.1', '2001:db8::1']);
    assert.deepEqual(allow, ['fc00::/7']);
    assert.deepEqual(notes[0], {
      kind: 'too-wide',
      table: 'allow',
      count: 2,
      first: ['0.0.0.0/0', '::/0'],
    });
  });
});

describe('compilePolicy: guard', () => {
  it('carves guarded prefixes out and says which, why and from how many entries', () => {
    const guard = [
      { prefix: parsePrefix('10.0.0.1'), reason: 'gateway of WAN' },
      { prefix: parsePrefix('192.0.2.0/24'), reason: 'LAN' },
      { prefix: parsePrefix('203.0.113.1'), reason: 'portal' },
      { prefix: parsePrefix('2001:db8::1'), reason: 'resolver' },
    ];
    const { block, notes } = compile(
      ['10.0.0.0/30', '10.0.0.1', '192.0.2.7', '192.0.2.9', '198.51.100.1', '2001:db8::/127'],
      [],
      { guard },
    );
    assert.deepEqual(block, ['10.0.0.0', '10.0.0.2/31', '198.51.100.1', '2001:db8::']);
    assert.deepEqual(notes, [
      { kind: 'carved', prefix: '10.0.0.1', reason: 'gateway of WAN', entries: 2 },
      { kind: 'carved', prefix: '192.0.2.0/24', reason: 'LAN', entries: 2 },
      { kind: 'carved', prefix: '2001:db8::1', reason: 'resolver', entries: 1 },
    ]);
  });
});

describe('compilePolicy: merging', () => {
  const halves = ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '192.0.2.1', '::2', '::3'];

  it('merges when it is always wanted, and never when it is not', () => {
    const { block, notes } = compile(halves, [], { compact: 'always' });
    assert.deepEqual(block, ['10.0.0.0/30', '192.0.2.1', '::2/127']);
    assert.deepEqual(notes, [{ kind: 'compacted', table: 'block', before: 7, after: 3 }]);
    assert.equal(compile(halves, [], { compact: 'never', capacity: 1 }).block.length, 7);
  });

  it('merges by itself only what is over its limit, before anything is cut', () => {
    const over = compile(halves, ['198.51.100.0'], { compact: 'auto', maxPolicySize: 6 });
    assert.deepEqual(over.block, ['10.0.0.0/30', '192.0.2.1', '::2/127']);
    assert.deepEqual(
      over.notes.filter(({ kind }) => kind === 'cut'),
      [],
    );
    assert.equal(compile(halves, [], { compact: 'auto', maxPolicySize: 7 }).block.length, 7);
    assert.equal(compile(halves, [], { compact: 'auto' }).block.length, 7);
  });

  it('merges by itself when both tables together do not fit into the firewall, and does not cut for that', () => {
    const allow = ['198.51.100.0', '198.51.100.1'];
    const fits = compile(halves, allow, { compact: 'auto', capacity: 9 });
    assert.deepEqual([fits.block.length, fits.allow.length], [7, 2]);
    const tight = compile(halves, allow, { compact: 'auto', capacity: 1 });
    assert.deepEqual([tight.block.length, tight.allow.length], [3, 1]);
  });

  it('reports nothing when there was nothing to merge', () => {
    assert.deepEqual(compile(['10.0.0.1', '10.0.0.2'], [], { compact: 'always' }).notes, []);
  });

  it('makes nothing wider than an entry may be', () => {
    const { block } = compile(['10.0.0.0/8', '11.0.0.0/9', '11.128.0.0/9'], [], {
      compact: 'always',
    });
    assert.deepEqual(block, ['10.0.0.0/8', '11.0.0.0/8']);
  });

  it('keeps the test indicator a line of its own', () => {
    const around = ['64.87.3.132', '64.87.3.133', '64.87.3.134/31'];
    const { block } = compile(around, [], { compact: 'always' });
    assert.deepEqual(block, ['64.87.3.132/30', '64.87.3.133']);
    assert.deepEqual(
      compile(['64.87.3.132/31', '64.87.3.134/31'], [], { compact: 'always' }).block,
      ['64.87.3.132/30'],
    );
  });

  it('holds the same addresses as before', () => {
    fc.assert(
      fc.property(prefixTexts(6), (entries) => {
        const narrow = entries.filter((entry) => !/\/(?:\d|1[0-5])$/.test(entry));
        const { block } = compile(narrow, [], { compact: 'always' });
        assert.deepEqual(mergeCidr(block), mergeCidr(narrow));
      }),
    );
  });
});

describe('compilePolicy: limit', () => {
  const v4 = Array.from({ length: 800 }, (_, i) => `10.${i >> 4}.${(i * 37) % 256}.${i % 16}`);
  const v6 = Array.from({ length: 200 }, (_, i) => `2001:db8:${(i + 1).toString(16)}::/48`);
  const all = [...v4, ...v6, '64.87.3.133'];

  it('cuts the block table to the limit and the allow table to a fifth of it, and says how many', () => {
    const { block, allow, notes } = compile(all, v6, { maxPolicySize: 500 });
    assert.deepEqual([block.length, allow.length], [500, 100]);
    assert.deepEqual(notes.slice(-2), [
      { kind: 'cut', table: 'block', cut: 301, kept: 500 },
      { kind: 'cut', table: 'allow', cut: 100, kept: 100 },
    ]);
  });

  it('does not cut a policy that fits', () => {
    assert.deepEqual(compile(all, [], { maxPolicySize: 1001 }).notes, []);
  });

  it('takes the same share of both families', () => {
    const { block } = compile(all, [], { maxPolicySize: 500 });
    assert.equal(block.filter((entry) => entry.includes(':')).length, 100);
  });

  it('keeps an entry of each family and the test indicator, however small the limit', () => {
    const few = [...v4, '::1', '64.87.3.133'];
    assert.deepEqual(compile(few, [], { maxPolicySize: 2 }).block, ['64.87.3.133', '::1']);
    assert.deepEqual(compile(few, [], { maxPolicySize: 1 }).block, ['64.87.3.133']);
    assert.deepEqual(compile(few, few.slice(0, 4), { maxPolicySize: 4 }).allow, []);
    assert.equal(compile([...v6, '192.0.2.1'], [], { maxPolicySize: 10 }).block[0], '192.0.2.1');
  });

  it('takes its share from all parts of the address space and of both widths', () => {
    const low = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i % 256}`);
    const high = Array.from({ length: 1000 }, (_, i) => `200.${i >> 8}.${i % 256}.0/24`);
    const { block } = compile([...low, ...high], [], { maxPolicySize: 1000 });
    const kept = block.filter((entry) => entry.startsWith('10.')).length;
    assert.ok(kept > 420 && kept < 580, `${kept} of the lower half`);
  });

  it('does not depend on the order of the lists, and one new entry displaces one at most', () => {
    const before = compile(all, [], { maxPolicySize: 400 }).block;
    assert.deepEqual(compile(all.toReversed(), [], { maxPolicySize: 400 }).block, before);
    for (const entry of ['203.0.113.9', '2001:db8:ffff::/48', '10.0.0.0/8', '64.87.3.134']) {
      const after = new Set(compile([...all, entry], [], { maxPolicySize: 400 }).block);
      assert.ok(before.filter((kept) => !after.has(kept)).length <= 1, entry);
    }
  });
});

describe('describeNote', () => {
  it('says each kind of note in one sentence', () => {
    const named = { count: 21, first: ['10.0.0.1', '10.0.0.2'] };
    const sentences = [
      describeNote({ kind: 'cut', table: 'block', cut: 1, kept: 500 }),
      describeNote({ kind: 'carved', prefix: '10.0.0.1', reason: 'gate\nway', entries: 1 }),
      describeNote({ kind: 'too-wide', table: 'block', ...named }),
      describeNote({ kind: 'allow-without-effect', ...named }),
      describeNote({ kind: 'removed-by-allow', count: 1, first: ['10.0.0.1'] }),
      describeNote({ kind: 'compacted', table: 'allow', before: 7, after: 3 }),
    ];
    assert.deepEqual(sentences, [
      'The block list has 501 entries, more than maxpolicysize lets through: 1 entry left out, 500 kept.',
      '10.0.0.1 is never blocked (gate?way): taken out of 1 entry of the block list.',
      'The block list has 21 entries too wide to be meant, taken out: 10.0.0.1, 10.0.0.2 and 19 more.',
      'The allow list has 21 entries without effect, as nothing of them is blocked: 10.0.0.1, 10.0.0.2 and 19 more.',
      'The allow list took 1 entry out of the block list, whole or in part: 10.0.0.1.',
      'Neighbours in the allow list were merged: 7 entries became 3.',
    ]);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { difference } from '../../src/core/prefix-algebra.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { piecesOf } from '../../src/core/prefix-pieces.ts';
import { prefixTexts, table, texts } from '../support/prefixes.ts';

const both = fc.tuple(prefixTexts(4), prefixTexts(6, 30)).map((lists) => lists.flat());

describe('piecesOf', () => {
  it('gives every entry once, in order, few at a time, and all differences', () => {
    fc.assert(
      fc.property(both, both, fc.integer({ min: 1, max: 7 }), (a, b, most) => {
        const [before, after] = [table(...a), table(...b)];
        const pieces = [...piecesOf(before, after, most)];
        assert.ok(pieces.every((piece) => sizeOf(piece.before) <= most));
        assert.ok(pieces.every((piece) => sizeOf(piece.after) <= most));
        const whole = pieces.flatMap((piece) => texts(piece.before));
        assert.deepEqual(whole, texts(before));
        const { added, removed } = difference(before, after);
        const changes = pieces.map((piece) => difference(piece.before, piece.after));
        const addedIn = changes.flatMap((change) => texts(change.added));
        const removedIn = changes.flatMap((change) => texts(change.removed));
        assert.deepEqual([addedIn, removedIn], [texts(added), texts(removed)]);
      }),
    );
  });

  it('gives nothing of two empty tables', () => {
    assert.deepEqual([...piecesOf(table(), table(), 5)], []);
  });
});

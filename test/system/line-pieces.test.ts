import assert from 'node:assert/strict';
import { linePieces } from '../../src/system/line-pieces.ts';

async function piecesOf(text: string, lines: number): Promise<readonly (readonly string[])[]> {
  const pieces = [];
  for await (const piece of linePieces(text, lines)) pieces.push(piece);
  return pieces;
}

describe('a text in pieces of whole lines', () => {
  it('has every line once, in order', async () => {
    assert.deepEqual(await piecesOf('a\nb\nc\n', 2), [['a', 'b'], ['c']]);
    assert.deepEqual(await piecesOf('a\n\nc', 10), [['a', '', 'c']]);
    assert.deepEqual(await piecesOf('', 10), []);
  });

  it('lets others work between two pieces', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    for await (const piece of linePieces('x\n'.repeat(50), 1)) {
      assert.equal(piece.length, 1);
      const end = performance.now() + 2;
      while (performance.now() < end);
    }
    clearInterval(timer);
    assert.ok(turns > 5, `${turns} turns`);
  });
});

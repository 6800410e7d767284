import { setImmediate } from 'node:timers/promises';

/** Lines of one piece: some milliseconds of work. */
const LINES = 1_024;

/**
 * The lines of a long text, a thousand or so at a time; the event loop turns in between. The last line need not be ended.
 */
export async function* linePieces(
  text: string,
  lines = LINES,
): AsyncGenerator<readonly string[], void, undefined> {
  for (let at = 0; at < text.length;) {
    const piece: string[] = [];
    while (piece.length < lines && at < text.length) {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      piece.push(text.slice(at, end));
      at = end + 1;
    }
    yield piece;
    await setImmediate();
  }
}

/** Finding the lines of ours in a block of a log, without a string for the others. */

/** Says which lines are ours. */
export interface LineMatcher {
  /** Bytes that every line of ours holds, so that others are passed over by one search; null: look at each line. */
  readonly needle: Uint8Array | null;
  /** Whether the line from `start` to before `end` (its newline) is ours. */
  test(bytes: Uint8Array, start: number, end: number): boolean;
}

const NEWLINE = 0x0a;

/**
 * Calls `found` for each line of ours, in order.
 * @param bytes whole lines, each ended by `\n`; what follows the last `\n` is not looked at
 * @param found gets the line's first byte and the place of its newline
 */
export function scanLines(
  bytes: Uint8Array,
  matcher: LineMatcher,
  found: (start: number, end: number) => void,
): void {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (matcher.needle === null) scanEach(block, matcher, found);
  else scanBy(matcher.needle, block, matcher, found);
}

function scanEach(
  block: Buffer,
  matcher: LineMatcher,
  found: (start: number, end: number) => void,
): void {
  let start = 0;
  for (let end = block.indexOf(NEWLINE); end !== -1; end = block.indexOf(NEWLINE, start)) {
    if (matcher.test(block, start, end)) found(start, end);
    start = end + 1;
  }
}

function scanBy(
  needle: Uint8Array,
  block: Buffer,
  matcher: LineMatcher,
  found: (start: number, end: number) => void,
): void {
  let at = block.indexOf(needle);
  while (at !== -1) {
    const end = block.indexOf(NEWLINE, at);
    if (end === -1) return;
    const start = block.lastIndexOf(NEWLINE, at) + 1;
    if (matcher.test(block, start, end)) found(start, end);
    at = block.indexOf(needle, end + 1);
  }
}

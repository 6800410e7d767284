import type { Readable } from 'node:stream';

/** Standard input, line by line. */
export interface LineReader {
  /** The next line without its end, or null when there is none. */
  next(): Promise<string | null>;
  /** Lets go of the input, so that the process can end. */
  close(): void;
}

/**
 * Reads lines as they are asked for. The input is not touched before the first call. The terminal's own
 * line editing is used, so lines that arrive before their question are not lost.
 */
export function lineReader(open: () => Readable): LineReader {
  let close: (() => void) | null = null;
  let lines: AsyncIterator<string> | null = null;
  const start = async (): Promise<AsyncIterator<string>> => {
    const { createInterface } = await import('node:readline');
    const reader = createInterface({ input: open(), terminal: false });
    close = () => {
      reader.close();
    };
    return reader[Symbol.asyncIterator]();
  };
  return {
    next: async () => {
      lines ??= await start();
      const answer = await lines.next();
      return answer.done === true ? null : answer.value;
    },
    close: () => close?.(),
  };
}

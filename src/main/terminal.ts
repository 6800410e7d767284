/**
 * Standard output and error without Node's streams: they take a fifth of the time of `tsadmin version` to set up. Writes
 * block, as a command's should.
 */
import type { TextOutput } from '../cli/context.ts';

/** How long is waited before a full pipe is tried again, ms. */
const PAUSE_MS = 5;

/**
 * Writes to a file descriptor. The reader of a pipe may leave early, as `head` does: that ends the process and is no fault.
 * @param mayEnd false while the process has more to do than to be read: then text that nobody can read any more is dropped
 * @throws what the system says of any other failure, e.g. ENOSPC
 */
export function descriptorOutput(descriptor: 1 | 2, mayEnd: () => boolean): TextOutput {
  return {
    write(text) {
      let rest: Uint8Array = Buffer.from(text);
      while (rest.length > 0)
        rest = rest.subarray(
          mayEnd() ? writeSome(descriptor, rest) : writeOrDrop(descriptor, rest),
        );
    },
  };
}

/** Whether a person is at the other end of a descriptor. */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

function writeOrDrop(descriptor: number, bytes: Uint8Array): number {
  try {
    return process.getBuiltinModule('node:fs').writeSync(descriptor, bytes);
  } catch {
    return bytes.length;
  }
}

/** @returns how many bytes were written; 0 when the reader has to catch up */
function writeSome(descriptor: number, bytes: Uint8Array): number {
  try {
    return process.getBuiltinModule('node:fs').writeSync(descriptor, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit();
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}

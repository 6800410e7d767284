import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Makes the engine let go of what this thread needs no more. The columns of tables are outside of the heap; without a word
 * the engine keeps up to 64 MB of them. For a thread with a small heap, where it takes a few milliseconds: the service's own
 * thread would stand still for longer than it may.
 */
export function collectGarbage(): void {
  collect ??= exposed();
  collect();
}

let collect: (() => void) | null = null;

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Whether new sets fit into the kernel's memory. */
import { readFile } from 'node:fs/promises';
import type { Problem } from '../../core/ports.ts';
import type { SetChange } from './set-changes.ts';

/** Bytes of an entry: measured at 1,000,000 they are 29, 30, 46 and 45; a quarter more, as other sizes fill their table less. */
const ENTRY_BYTES = { 4: { addr: 36, net: 38 }, 6: { addr: 58, net: 57 } };

/** @param path `/proc/meminfo`; a host without it is not checked */
export async function memoryProblems(
  changes: readonly SetChange[],
  path: string,
): Promise<readonly Problem[]> {
  const available = await readAvailable(path);
  const needed = neededBytes(changes);
  if (available === null || needed <= available) return [];
  const [mbNeeded, mbAvailable] = [needed, available].map((bytes) => Math.ceil(bytes / 2 ** 20));
  return [
    {
      code: 'memory-too-small',
      severity: 'error',
      message: `the sets of the new policy need ${mbNeeded} MB of memory beside the old ones, ${mbAvailable} MB are available`,
      remedy: 'Set maxpolicysize, or give the host more memory.',
    },
  ];
}

/** Bytes that the sets that are filled anew take; the old ones stay until those are complete. */
function neededBytes(changes: readonly SetChange[]): number {
  return changes
    .filter(({ way }) => way === 'create' || way === 'replace')
    .reduce((sum, { role, wanted }) => sum + wanted.size * ENTRY_BYTES[role.family][role.kind], 0);
}

/** Reads `MemAvailable:   24105432 kB` of proc_meminfo(5); null when it is not told. */
export function parseAvailable(text: string): number | null {
  const [, kb] = /^MemAvailable:\s+(\d+) kB$/m.exec(text) ?? [];
  return kb === undefined ? null : Number(kb) * 1024;
}

async function readAvailable(path: string): Promise<number | null> {
  try {
    return parseAvailable(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of its own for each test of the `describe` block it is called in. They are removed after the last test: hooks
 * that stop what writes into one run later than this one's.
 * @returns a function that gives the folder's path inside a test
 */
export function temporaryFolder(): () => string {
  const folders: string[] = [];
  beforeEach(() => {
    folders.push(mkdtempSync(join(tmpdir(), 'ts-pfsense-')));
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return () => folders.at(-1) ?? '';
}

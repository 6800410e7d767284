/** What the driver made on this host, kept in a file so that all of it can be removed without the settings. */
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';

/** Prefixes of sets and names of tables. */
export interface MadeHere {
  readonly prefixes: readonly string[];
  readonly tables: readonly string[];
}

/** The file. Written before what it tells of is made. */
export interface Marks {
  /** Null when nothing was made. Lines that are not ours are passed over. @throws HostError */
  read(): Promise<MadeHere | null>;
  addPrefix(prefix: string): Promise<void>;
  addTables(tables: readonly string[]): Promise<void>;
  /** Leaves only this prefix. */
  keepPrefix(prefix: string): Promise<void>;
  clear(): Promise<void>;
}

const NOTHING: MadeHere = { prefixes: [], tables: [] };

/** @param path lines such as `prefix TS` and `table filter4` */
export function createMarks(path: string): Marks {
  const read = async (): Promise<MadeHere | null> => {
    const text = await readTextOrNull(path);
    return text === null
      ? null
      : { prefixes: valuesOf(text, 'prefix'), tables: valuesOf(text, 'table') };
  };
  const change = async (to: (made: MadeHere) => MadeHere): Promise<void> => {
    const before = await read();
    const after = format(to(before ?? NOTHING));
    if (before === null || format(before) !== after) await writeFileAtomic(path, after);
  };
  return {
    read,
    addPrefix: (prefix) =>
      change(({ prefixes, tables }) => ({ prefixes: joined(prefixes, [prefix]), tables })),
    addTables: (more) =>
      change(({ prefixes, tables }) => ({ prefixes, tables: joined(tables, more) })),
    keepPrefix: (prefix) => change(({ tables }) => ({ prefixes: [prefix], tables })),
    clear: () => removeFile(path),
  };
}

function valuesOf(text: string, word: string): readonly string[] {
  const pattern = new RegExp(`^${word} ([A-Za-z0-9_-]+)$`, 'gm');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function joined(values: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...values, ...more])];
}

function format({ prefixes, tables }: MadeHere): string {
  const lines = [
    ...prefixes.map((prefix) => `prefix ${prefix}\n`),
    ...tables.map((table) => `table ${table}\n`),
  ];
  return `# Made by the ThreatSTOP agent; "tsadmin remove" needs this file.\n${lines.join('')}`;
}

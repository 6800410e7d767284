import { FormatError, printable } from '../../../src/core/errors.ts';

/** A package of a mirror. */
export interface MirrorPackage {
  readonly name: string;
  readonly version: string;
  /** E.g. `FreeBSD:14:amd64`. */
  readonly abi: string;
  /** Where its file is, below the mirror's URL. */
  readonly path: string;
  /** SHA-256 of its file, in hex. */
  readonly sha256: string;
  /** Names of the packages it needs. */
  readonly dependencies: readonly string[];
}

/** Packages by name. */
export type Catalogue = ReadonlyMap<string, MirrorPackage>;

/**
 * Reads `packagesite.yaml`: a JSON object per line, as pkg repo(8) writes it.
 * @throws FormatError at a line that does not say all that is needed to fetch and check the package
 */
export function readCatalogue(text: string): Catalogue {
  const packages = new Map<string, MirrorPackage>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const entry = mirrorPackage(line);
    packages.set(entry.name, entry);
  }
  return packages;
}

/**
 * A package and all it needs, each once.
 * @throws FormatError naming one that the mirror does not have
 */
export function withDependencies(catalogue: Catalogue, name: string): readonly MirrorPackage[] {
  const found = new Map<string, MirrorPackage>();
  const wanted = [{ name, by: 'this program' }];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    if (found.has(next.name)) continue;
    const entry = catalogue.get(next.name);
    if (entry === undefined) {
      throw new FormatError(`the mirror has no package ${next.name}, which ${next.by} needs`);
    }
    found.set(entry.name, entry);
    wanted.push(...entry.dependencies.map((needed) => ({ name: needed, by: entry.name })));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function mirrorPackage(line: string): MirrorPackage {
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const text = (key: string, form: RegExp): string => {
    const value = entry[key];
    if (typeof value === 'string' && form.test(value)) return value;
    const shown = printable(JSON.stringify(value ?? null));
    throw new FormatError(`packagesite: ${printable(String(entry['name']))} has ${key} ${shown}`);
  };
  return {
    name: text('name', /^[A-Za-z0-9@+._-]+$/),
    version: text('version', /^[A-Za-z0-9+._,-]+$/),
    abi: text('abi', /^FreeBSD:/i),
    path: text('repopath', /^(?!\/)(?!.*\.\.)[A-Za-z0-9@%+,._~/-]+$/),
    sha256: text('sum', /^[0-9a-f]{64}$/),
    dependencies: Object.keys(entry['deps'] ?? {}),
  };
}

import { createHash } from 'node:crypto';
import { FormatError, messageOf } from '../../src/core/errors.ts';
import type { TarEntry } from './tar-entry.ts';
import { readTar } from './tar-read.ts';

/** The parts of a manifest that the archive must agree with. */
interface ManifestParts {
  readonly files?: Readonly<Record<string, unknown>>;
  readonly directories?: unknown;
  readonly config?: unknown;
  readonly deps?: unknown;
  readonly lua_scripts?: unknown;
  readonly [key: string]: unknown;
}

/** Without one of these pkg refuses a package, or ends with a fault (abi, arch). */
const REQUIRED = [
  ...['name', 'version', 'origin', 'comment', 'maintainer', 'www', 'prefix', 'desc', 'abi', 'arch'],
];

/**
 * What is wrong with a package, read back from its archive; empty when pkg 1.17 to 2.x would install it.
 * @param archive the package without its compression
 */
export function packageProblems(archive: Uint8Array): readonly string[] {
  try {
    const entries = readTar(archive);
    return [...headProblems(entries), ...fileProblems(entries.slice(2), manifestOf(entries[1]))];
  } catch (error) {
    return [messageOf(error)];
  }
}

function* headProblems(entries: readonly TarEntry[]): Generator<string> {
  const [compact, full] = entries;
  if (compact?.path !== '+COMPACT_MANIFEST') yield 'the first member is not +COMPACT_MANIFEST';
  if (full?.path !== '+MANIFEST') yield 'the second member is not +MANIFEST';
  yield* manifestProblems(manifestOf(compact), manifestOf(full));
}

function* manifestProblems(compact: ManifestParts, manifest: ManifestParts): Generator<string> {
  for (const key of REQUIRED) {
    if (typeof manifest[key] !== 'string' || manifest[key] === '') yield `+MANIFEST has no ${key}`;
  }
  for (const key of ['directories', 'config', 'deps', 'lua_scripts'] as const) {
    if (manifest[key] !== undefined) yield `+MANIFEST has ${key}`;
  }
  if (String(manifest['version']).includes('-')) yield 'the version has a "-"';
  const rest = { ...manifest, files: undefined, scripts: undefined };
  if (JSON.stringify(compact) !== JSON.stringify(rest)) {
    yield '+COMPACT_MANIFEST is not +MANIFEST without files and scripts';
  }
}

function* fileProblems(
  entries: readonly TarEntry[],
  { files = {} }: ManifestParts,
): Generator<string> {
  const paths = entries.map(({ path }) => path);
  if (paths.join('\n') !== [...new Set(paths)].sort().join('\n'))
    yield 'the files are not in order';
  for (const path of Object.keys(files)) {
    if (!paths.includes(path)) yield `${path} is in +MANIFEST only`;
  }
  for (const entry of entries) {
    for (const problem of entryProblems(entry, files)) yield `${entry.path} ${problem}`;
  }
}

function* entryProblems(
  entry: TarEntry,
  files: Readonly<Record<string, unknown>>,
): Generator<string> {
  if (entry.kind === 'hardlink' || entry.kind === 'directory') yield `is a ${entry.kind}`;
  yield* attributeProblems(entry);
  const sum = createHash('sha256').update(entry.kind === 'file' ? entry.content : entry.target);
  if (files[entry.path] !== `1$${sum.digest('hex')}`) yield 'has not the checksum of +MANIFEST';
}

function* attributeProblems(entry: TarEntry): Generator<string> {
  if (!/^\/[!-~]+$/.test(entry.path)) yield 'has a path that is not absolute and ASCII';
  if (entry.target.startsWith('/')) yield 'leads to an absolute path';
  if (entry.owner !== 'root' || entry.group !== 'wheel') yield 'is not of root and wheel';
  if (entry.kind === 'file' && ![0o644, 0o755].includes(entry.mode)) {
    yield `has mode ${entry.mode.toString(8)}`;
  }
}

function manifestOf(entry: TarEntry | undefined): ManifestParts {
  if (entry === undefined) throw new FormatError('the archive has no manifests');
  return JSON.parse(Buffer.from(entry.content).toString('utf8')) as ManifestParts;
}

import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { RunCommand } from '../../src/system/run-command.ts';

/** A package with a Node inside takes most of a minute. */
const XZ_TIMEOUT_MS = 900_000;

/**
 * Writes `bytes` to `path`, compressed by xz(1). One thread: with more, the bytes depend on the machine.
 * @throws HostError when there is no xz
 */
export async function writeXz(path: string, bytes: Uint8Array, run: RunCommand): Promise<void> {
  const plain = `${path}.tar`;
  await writeFile(plain, bytes);
  try {
    await run(['xz', '-9e', '-T1', '--force', plain], { timeoutMs: XZ_TIMEOUT_MS });
    await rename(`${plain}.xz`, path);
  } finally {
    await rm(plain, { force: true });
  }
}

/** Undoes xz, zstd or gzip, told by the first bytes; anything else is returned as it is. */
export async function decompressed(bytes: Uint8Array, run: RunCommand): Promise<Uint8Array> {
  const magic = Buffer.from(bytes.subarray(0, 6)).toString('hex');
  if (magic.startsWith('28b52ffd')) return zstdDecompressSync(bytes);
  if (magic.startsWith('1f8b')) return gunzipSync(bytes);
  return magic === 'fd377a585a00' ? unxz(bytes, run) : bytes;
}

async function unxz(bytes: Uint8Array, run: RunCommand): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-pfsense-xz-'));
  try {
    await writeFile(join(folder, 'archive.xz'), bytes);
    await run(['xz', '-d', join(folder, 'archive.xz')], { timeoutMs: XZ_TIMEOUT_MS });
    return await readFile(join(folder, 'archive'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

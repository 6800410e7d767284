import { createHash, type Hash } from 'node:crypto';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZoneCopies, ZoneCopy } from '../core/ports.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';

/** First line of a file: zone, serial, number of pieces. */
const HEADER = /^ts-zone (\S{1,253}) (\d{1,10}) (\d{1,6})\n/;
const HEADER_BYTES = 320;
const HASH_BYTES = 32;
/** Far more than a piece has. */
const MAX_PIECE = 1_048_576;

/**
 * Copies of zones, one file each (mode 0600), named after the SHA-256 of the zone's name. A file is a header line, the
 * pieces, each behind its length (4 bytes, big-endian), and the SHA-256 of all that.
 */
export function createZoneCopies(folder: string): ZoneCopies {
  const pathOf = (zone: string): string => join(folder, fileOf(zone));
  return {
    load: (zone) => loadCopy(pathOf(zone), zone),
    save: (copy) => writeFileAtomic(pathOf(copy.zone), bytesOf(copy)),
    async keepOnly(zones) {
      const kept = new Set(zones.map(fileOf));
      const names = await readdir(folder).catch(() => []);
      for (const name of names) if (!kept.has(name)) await removeFile(join(folder, name));
    },
    remove: (zone) => removeFile(pathOf(zone)),
  };
}

function fileOf(zone: string): string {
  return `${createHash('sha256').update(zone).digest('hex')}.zone`;
}

function* bytesOf({ zone, serial, pieces }: ZoneCopy): Generator<Uint8Array> {
  const hash = createHash('sha256');
  const header = Buffer.from(`ts-zone ${zone} ${serial} ${pieces.length}\n`);
  hash.update(header);
  yield header;
  for (const piece of pieces) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    hash.update(length).update(piece);
    yield length;
    yield piece;
  }
  yield hash.digest();
}

async function loadCopy(path: string, zone: string): Promise<ZoneCopy | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await readCopy(file, zone);
  } catch {
    // The copy only saves work: without it the zone is transferred whole.
    return null;
  } finally {
    await file?.close();
  }
}

/** Null when the file does not hold what was written for this zone. */
async function readCopy(file: FileHandle, zone: string): Promise<ZoneCopy | null> {
  const { size } = await file.stat();
  const start = await readAt(file, 0, Math.min(size, HEADER_BYTES));
  const [header = '', name, serial, count] = HEADER.exec(start.toString('latin1')) ?? [];
  if (name !== zone) return null;
  const hash = createHash('sha256').update(header);
  const pieces: Uint8Array[] = [];
  let at = header.length;
  for (let piece = 0; piece < Number(count); piece += 1) {
    const read = await readPiece(file, at, hash);
    if (read === null) return null;
    pieces.push(read);
    at += 4 + read.length;
  }
  const wanted = await readAt(file, at, HASH_BYTES);
  const isWhole = at + HASH_BYTES === size && hash.digest().equals(wanted);
  return isWhole ? { zone, serial: Number(serial), pieces } : null;
}

async function readPiece(file: FileHandle, at: number, hash: Hash): Promise<Uint8Array | null> {
  const start = await readAt(file, at, 4);
  if (start.length < 4) return null;
  const length = start.readUInt32BE();
  if (length > MAX_PIECE) return null;
  const piece = await readAt(file, at + 4, length);
  hash.update(start).update(piece);
  return piece;
}

/** Fewer bytes where the file ends. */
async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}

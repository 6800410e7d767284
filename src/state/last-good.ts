import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, HostError, messageOf } from '../core/errors.ts';
import type { LastGoodPolicy, PolicyTables } from '../core/ports.ts';
import { formatTable, parseTable } from '../core/prefix-text.ts';
import { removeFile, stageFile } from '../system/atomic-file.ts';

/**
 * The last enforced policy in one file, so that it is whole or absent: a line with the SHA-256 of the rest, one with
 * the length of the block part, the block entries, the allow entries.
 * @param folder on a disk that survives a reboot
 */
export function createLastGoodPolicy(folder: string): LastGoodPolicy {
  const path = join(folder, 'last-good.policy');
  return {
    stage: (tables) => stageFile(path, encode(tables)),
    async load() {
      const bytes = await readOrNull(path);
      return bytes === null ? null : decode(bytes);
    },
    clear: () => removeFile(path),
  };
}

function encode(tables: PolicyTables): Uint8Array {
  const block = formatTable(tables.block);
  const allow = formatTable(tables.allow);
  const body = Buffer.concat([Buffer.from(`block=${block.length}\n`), block, allow]);
  return Buffer.concat([Buffer.from(`sha256=${sha256(body)}\n`), body]);
}

function decode(bytes: Buffer): PolicyTables | null {
  const [hash, body] = splitLine(bytes);
  if (hash !== `sha256=${sha256(body)}`) return null;
  const [length, entries] = splitLine(body);
  const blockLength = Number(/^block=(\d+)$/.exec(length)?.[1]);
  try {
    return {
      block: parseTable(entries.subarray(0, blockLength)),
      allow: parseTable(entries.subarray(blockLength)),
    };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function splitLine(bytes: Buffer): readonly [line: string, rest: Buffer] {
  const end = bytes.indexOf(10);
  if (end === -1) return ['', bytes];
  return [bytes.toString('latin1', 0, end), bytes.subarray(end + 1)];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  }
}

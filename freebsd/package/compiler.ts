/** The Zig compiler: the one of this machine, else the one that npm has, installed once. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { HostError, messageOf } from '../../src/core/errors.ts';
import type { RunCommand } from '../../src/system/run-command.ts';

/** Where to look. */
export interface CompilerPlaces {
  /** Folders to look for `zig` in, in order, separated as in PATH. */
  readonly searchPath: string;
  /** Folder whose package.json and package-lock.json name the compiler; it is installed below it. */
  readonly home: string;
  readonly run: RunCommand;
}

/** 395 MB from a slow mirror take this long. */
const INSTALL_TIMEOUT_MS = 900_000;

/**
 * @returns the path of `zig`
 * @throws HostError when there is none and npm cannot install it
 */
export async function findCompiler({ searchPath, home, run }: CompilerPlaces): Promise<string> {
  const installed = join(home, 'node_modules/.bin/zig');
  const known = searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'zig'));
  const found = [...known, installed].find((path) => existsSync(path));
  if (found !== undefined) return found;
  try {
    await run(['npm', 'ci', '--prefix', home], { timeoutMs: INSTALL_TIMEOUT_MS });
  } catch (cause) {
    throw missing(`installing the Zig compiler from npm: ${messageOf(cause)}`, cause);
  }
  if (existsSync(installed)) return installed;
  throw missing('npm has no Zig compiler for this system');
}

function missing(message: string, cause?: unknown): HostError {
  return new HostError(`${message}; it makes the SQLite addon for FreeBSD`, {
    cause,
    remedy:
      'Put zig on the PATH (on FreeBSD: pkg install zig), or name a finished addon: make package ADDON=FILE ARCH=amd64',
  });
}

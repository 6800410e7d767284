import { createHash } from 'node:crypto';
import { HostError, messageOf } from '../../../src/core/errors.ts';
import type { RunCommand } from '../../../src/system/run-command.ts';
import { decompressed } from '../compression.ts';
import type { TarEntry } from '../tar-entry.ts';
import { readTar } from '../tar-read.ts';
import { readCatalogue, type Catalogue, type MirrorPackage } from './catalogue.ts';
import { checkSignature } from './signature.ts';

/** A FreeBSD package mirror, e.g. `https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly`. */
export interface Mirror {
  /** @throws HostError when it cannot be read or its signature is wrong */
  catalogue(): Promise<Catalogue>;
  /** The files of a package. @throws HostError when it cannot be read or has not the hash of the catalogue */
  files(entry: MirrorPackage): Promise<readonly TarEntry[]>;
}

const TIMEOUT_MS = 300_000;

/** @param fingerprint SHA-256 in hex of the public key that must have signed the catalogue */
export function openMirror(url: string, fingerprint: string, run: RunCommand): Mirror {
  const base = url.endsWith('/') ? url : `${url}/`;
  return {
    async catalogue() {
      const members = readTar(await decompressed(await fetched(`${base}packagesite.pkg`), run));
      const member = (name: string): Uint8Array => {
        const found = members.find(({ path }) => path === name);
        if (found !== undefined) return found.content;
        throw new HostError(`${base}packagesite.pkg has no ${name}`);
      };
      const catalogue = member('packagesite.yaml');
      const signature = member('packagesite.yaml.sig');
      const publicKey = member('packagesite.yaml.pub');
      checkSignature({ catalogue, signature, publicKey }, fingerprint);
      return readCatalogue(Buffer.from(catalogue).toString('utf8'));
    },
    async files(entry) {
      const bytes = await fetched(new URL(entry.path, base).href);
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== entry.sha256) {
        throw new HostError(
          `${entry.path} of the mirror has SHA-256 ${found}, its catalogue says ${entry.sha256}`,
        );
      }
      return readTar(await decompressed(bytes, run));
    },
  };
}

async function fetched(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`the mirror answered ${response.status}`);
    return await response.bytes();
  } catch (cause) {
    // fetch() itself says "fetch failed" only.
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new HostError(`reading ${url}: ${messageOf(reason)}`, { cause });
  }
}

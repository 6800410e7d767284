import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import type { TarEntry } from '../../freebsd/package/tar-entry.ts';
import { writeTar } from '../../freebsd/package/tar-write.ts';

/** A package of the mirror: name, files and links, names of those it needs. */
export interface MirrorSource {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly needs?: readonly string[];
}

/** A small FreeBSD package mirror on this machine, signed with a key of its own. */
export interface PackageMirror {
  readonly url: string;
  readonly fingerprint: string;
  /** What it sends, by path; a test may change it. */
  readonly content: Map<string, Uint8Array>;
  close(): Promise<void>;
}

/** Starts a mirror. A file's text is the target of a symbolic link. */
export async function startPackageMirror(sources: readonly MirrorSource[]): Promise<PackageMirror> {
  const content = new Map<string, Uint8Array>();
  const lines = sources.map((source) => {
    const bytes = zstdCompressSync(writeTar(Object.entries(source.files).map(member)));
    const path = `All/Hashed/${source.name}-1.0~0a1b2c.pkg`;
    content.set(`/${path}`, bytes);
    return JSON.stringify({
      name: source.name,
      version: '1.0,1',
      abi: 'FreeBSD:14:amd64',
      sum: createHash('sha256').update(bytes).digest('hex'),
      repopath: path,
      deps: Object.fromEntries((source.needs ?? []).map((name) => [name, { version: '1.0' }])),
    });
  });
  const catalogue = Buffer.from(`${lines.join('\n')}\n`);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
  const digest = createHash('sha256').update(catalogue).digest('hex');
  const members: Record<string, Uint8Array> = {
    'packagesite.yaml.sig': createSign('sha256').update(digest).sign(privateKey),
    'packagesite.yaml.pub': key,
    'packagesite.yaml': catalogue,
  };
  content.set('/packagesite.pkg', zstdCompressSync(writeTar(Object.entries(members).map(member))));
  const server = createServer((request, response) => {
    const bytes = content.get(decodeURIComponent(request.url ?? ''));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fingerprint: createHash('sha256').update(key).digest('hex'),
    content,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function member([path, content]: readonly [string, Uint8Array | string]): TarEntry {
  const isLink = typeof content === 'string';
  return {
    path,
    kind: isLink ? 'symlink' : 'file',
    mode: 0o755,
    owner: 'root',
    group: 'wheel',
    modified: 0,
    content: isLink ? new Uint8Array(0) : content,
    target: isLink ? content : '',
  };
}

/**
 * The package's pages as pfSense would serve them: the files at their own places, in a mount namespace of PHP's own web
 * server, over stand-ins for pfSense's functions. Needs root.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

const PACKAGE = fileURLToPath(new URL('../../freebsd/', import.meta.url));
const STAND_INS = fileURLToPath(new URL('../freebsd/php/', import.meta.url));

/** Files of pfSense that the pages include and whose functions are in the stand-ins. */
const EMPTY_FILES = ['config', 'util', 'functions', 'filter', 'shaper', 'interfaces'];

const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** PHP's web server. */
export interface PfsensePage {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * @param folder an empty folder
 * @param runFolder what `/var/run` is to PHP; the service's socket is to be there
 * @param configuration config.xml as JSON
 */
export async function startPfsensePage(
  folder: string,
  runFolder: string,
  configuration: object,
): Promise<PfsensePage> {
  mkdirSync(join(folder, 'include'));
  for (const name of EMPTY_FILES) writeFileSync(join(folder, 'include', `${name}.inc`), '<?php\n');
  writeFileSync(join(folder, 'include', 'head.inc'), '<html><body class="native">\n');
  writeFileSync(join(folder, 'include', 'foot.inc'), '</body></html>\n');
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration));
  const port = await freePort();
  const script = `mount --bind "$1" "$(readlink -f /var/run)" && mount -t tmpfs tmpfs /usr/local &&
    cp -r "$2usr/local/." /usr/local/ && install -D "$2package/files/find-node" -t /usr/local/libexec/ts-pfsense &&
    exec php -d include_path="$3:$4" -S 127.0.0.1:${port} -t /usr/local/www`;
  const child = spawn(
    'unshare',
    ['-m', 'sh', '-c', script, 'sh', runFolder, PACKAGE, join(folder, 'include'), STAND_INS],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A Node of the checkout would be found by the package, too.
      env: { ...process.env, PATH: SYSTEM_PATH, TS_RELEASE: '2.8', TS_FOLDER: folder },
    },
  );
  await started(child.stderr);
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** PHP says on stderr that it listens. */
async function started(stderr: NodeJS.ReadableStream): Promise<void> {
  let said = '';
  for await (const chunk of stderr as AsyncIterable<Buffer>) {
    said += chunk.toString();
    if (said.includes('started')) break;
  }
  if (!said.includes('started')) throw new Error(`php -S: ${said}`);
}

/**
 * `freebsd/node-runtime URL FOLDER [--package=node24] [--fingerprint=SHA256]`: makes the folder for
 * `make package NODE_RUNTIME=FOLDER` from a FreeBSD package mirror.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../../src/core/errors.ts';
import { exitOnFailure } from '../../../src/main/exit-on-failure.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import { makeRuntime } from './make-runtime.ts';
import { openMirror } from './mirror.ts';
import { FREEBSD_FINGERPRINT } from './signature.ts';

const USAGE =
  'Usage: freebsd/node-runtime URL FOLDER [--package=node24] [--fingerprint=SHA256], e.g. freebsd/node-runtime https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly node-14-amd64';

await exitOnFailure('node-runtime', async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      package: { type: 'string', default: 'node24' },
      fingerprint: { type: 'string', default: FREEBSD_FINGERPRINT },
    },
  });
  const [url, folder, ...others] = positionals;
  if (url === undefined || folder === undefined || others.length > 0) {
    throw new UsageError('it needs the URL of a mirror and a folder to make', { remedy: USAGE });
  }
  if (existsSync(folder)) throw new UsageError(`${folder} is there already`, { remedy: USAGE });
  const mirror = openMirror(url, values.fingerprint, runCommand);
  const made = await makeRuntime(mirror, values.package, resolve(folder));
  const names = made.packages.map(({ name, version }) => `${name}-${version}`);
  process.stdout.write(`${folder}: ${names.join(' ')}\n  lib: ${made.libraries.join(' ')}\n`);
});

/**
 * `make azure`: the package of an offer in the Azure marketplace.
 *
 *   node azure/package/main.ts --portal=URL [--pin=PIN] --repository=URL [--keyring=FILE] [--out=FOLDER]
 *
 * An empty value counts as not given, so that make can pass its variables as they are.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sourceTime } from '../../packaging/source-time.ts';
import { HostError, messageOf } from '../../src/core/errors.ts';
import { exitOnFailure } from '../../src/main/exit-on-failure.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { makeOffer } from './offer.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

await exitOnFailure('make azure', async () => {
  const text = { type: 'string', default: '' } as const;
  const { values } = parseArgs({
    options: { portal: text, pin: text, repository: text, keyring: text, out: text },
  });
  const from = process.cwd();
  const { portal, pin, repository } = values;
  const keyring = resolve(
    from,
    values.keyring === '' ? join(CHECKOUT, 'dist/apt/threatstop.asc') : values.keyring,
  );
  const path = await makeOffer({
    checkout: CHECKOUT,
    publisher: { portal, pin, repository, keyring: await readKeyring(keyring) },
    modified: await sourceTime(process.env['SOURCE_DATE_EPOCH'], CHECKOUT, runCommand),
    out: resolve(from, values.out === '' ? join(CHECKOUT, 'dist') : values.out),
    run: runCommand,
  });
  process.stdout.write(`${path}\n`);
});

async function readKeyring(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, {
      remedy: 'Run "make apt-repo KEY=FINGERPRINT" first, or name its key: KEYRING=FILE.',
      cause,
    });
  }
}

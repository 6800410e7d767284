/**
 * `make ts-pf`: the archive for OpenBSD.
 *
 *   node openbsd/package/main.ts [--out=FOLDER]
 *
 * An empty value counts as not given, so that make can pass its variables as they are.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sourceTime } from '../../packaging/source-time.ts';
import { exitOnFailure } from '../../src/main/exit-on-failure.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { makeTgz } from './make-tgz.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

await exitOnFailure('make ts-pf', async () => {
  const { values } = parseArgs({ options: { out: { type: 'string', default: '' } } });
  const out = values.out === '' ? join(CHECKOUT, 'dist') : resolve(values.out);
  const modified = await sourceTime(process.env['SOURCE_DATE_EPOCH'], CHECKOUT, runCommand);
  process.stdout.write(`${await makeTgz({ checkout: CHECKOUT, modified, out })}\n`);
});

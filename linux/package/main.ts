/**
 * `make deb`, `make rpm`, `make apt-repo`: the packages for Linux.
 *
 *   node linux/package/main.ts deb|rpm|apt-repo [--arch=amd64,arm64] [--node-runtime=FOLDER] [--key=KEY] [--out=FOLDER]
 *
 * An empty value counts as not given, so that make can pass its variables as they are.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sourceTime } from '../../packaging/source-time.ts';
import { HostError, UsageError } from '../../src/core/errors.ts';
import { exitOnFailure } from '../../src/main/exit-on-failure.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { makeAptRepository } from './apt-repository.ts';
import { makeDeb } from './deb.ts';
import { architectureOf, PACKAGE } from './identity.ts';
import type { LinuxPackageOrder } from './order.ts';
import { makeRpm } from './rpm.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const MAKERS = { deb: makeDeb, rpm: makeRpm };

await exitOnFailure('make package', async () => {
  const text = { type: 'string', default: '' } as const;
  const { values, positionals } = parseArgs({
    options: { arch: text, 'node-runtime': text, key: text, out: text },
    allowPositionals: true,
  });
  const from = process.cwd();
  const out = resolve(from, values.out === '' ? join(CHECKOUT, 'dist') : values.out);
  const modified = await sourceTime(process.env['SOURCE_DATE_EPOCH'], CHECKOUT, runCommand);
  const [kind] = positionals;
  if (kind === 'apt-repo') return repository(out, values.key, modified);
  if (kind !== 'deb' && kind !== 'rpm') throw new UsageError('give one of: deb, rpm, apt-repo');
  const runtime = values['node-runtime'];
  const nodeRuntime = runtime === '' ? undefined : resolve(from, runtime);
  for (const name of (values.arch === '' ? 'amd64' : values.arch).split(',')) {
    const architecture = architectureOf(name);
    const order: LinuxPackageOrder = {
      ...{ checkout: CHECKOUT, architecture, nodeRuntime },
      ...{ modified, out, run: runCommand },
    };
    process.stdout.write(`${await MAKERS[kind](order)}\n`);
  }
});

async function repository(out: string, key: string, modified: number): Promise<void> {
  const names = await readdir(out).catch(() => []);
  const packages = names.filter((name) => name.startsWith(`${PACKAGE}_`) && name.endsWith('.deb'));
  if (packages.length === 0) {
    throw new HostError(`there is no package in ${out}`, { remedy: 'Run "make deb" first.' });
  }
  const folder = join(out, 'apt');
  const paths = packages.map((name) => join(out, name));
  await makeAptRepository({ packages: paths, key, modified, folder, run: runCommand });
  process.stdout.write(`${folder}\n`);
}

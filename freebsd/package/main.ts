/**
 * `make package`: the package files for pfSense.
 *
 *   node freebsd/package/main.ts [--arch=amd64,aarch64] [--addon=FILE] [--node-runtime=FOLDER] [--out=FOLDER]
 *
 * An empty value counts as not given, so that make can pass its variables as they are.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UsageError } from '../../src/core/errors.ts';
import { exitOnFailure } from '../../src/main/exit-on-failure.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { buildAddon, checkAddon } from './addon-build.ts';
import { architectureOf, type Architecture } from './architecture.ts';
import { findCompiler } from './compiler.ts';
import { makePackage } from './make-package.ts';
import { readNodePayload, type NodePayload } from './node-payload.ts';
import { sourceTime } from '../../packaging/source-time.ts';

/** What package.json says of the project. */
interface About {
  readonly homepage: string;
  readonly config: { readonly release: string; readonly maintainer: string };
}

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

await exitOnFailure('make package', async () => {
  const { values } = parseArgs({
    options: {
      arch: { type: 'string', default: '' },
      addon: { type: 'string', default: '' },
      'node-runtime': { type: 'string', default: '' },
      out: { type: 'string', default: '' },
    },
  });
  const from = process.cwd();
  const runtime = values['node-runtime'];
  const node = runtime === '' ? undefined : await readNodePayload(resolve(from, runtime));
  const architectures = chosen(values.arch, node);
  if (values.addon !== '' && architectures.length > 1) {
    throw new UsageError('an addon is for one architecture; name it too', {
      remedy: 'For example: make package ADDON=FILE ARCH=amd64',
    });
  }
  const modified = await sourceTime(process.env['SOURCE_DATE_EPOCH'], CHECKOUT, runCommand);
  const out = resolve(from, values.out === '' ? join(CHECKOUT, 'dist') : values.out);
  const { config, homepage } = await readAbout();
  for (const architecture of architectures) {
    const addon = values.addon === '' ? await build(architecture) : resolve(from, values.addon);
    await checkAddon(addon, architecture);
    const order = { ...config, homepage, checkout: CHECKOUT, architecture, addon, node };
    const made = await makePackage({ ...order, modified, out, run: runCommand });
    process.stdout.write(`${made.path}\n  ${made.bytes} bytes, SHA-256 ${made.sha256}\n`);
  }
});

/** Those asked for; else that of the Node inside; else all. */
function chosen(names: string, node: NodePayload | undefined): readonly Architecture[] {
  const asked = names.split(',').flatMap((name) => (name === '' ? [] : [architectureOf(name)]));
  if (node === undefined) return asked.length > 0 ? asked : ['amd64', 'aarch64'];
  const other = asked.find((architecture) => architecture !== node.architecture);
  if (other === undefined) return [node.architecture];
  throw new UsageError(`the Node is for ${node.architecture}, the package for ${other}`);
}

async function build(architecture: Architecture): Promise<string> {
  process.stderr.write(`compiling the SQLite addon for ${architecture}\n`);
  const compiler = await findCompiler({
    searchPath: process.env['PATH'] ?? '',
    home: join(CHECKOUT, 'freebsd/compiler'),
    run: runCommand,
  });
  return buildAddon({
    architecture,
    compiler,
    modules: join(CHECKOUT, 'node_modules'),
    workFolder: join(CHECKOUT, 'dist/addon'),
    run: runCommand,
  });
}

async function readAbout(): Promise<About> {
  return JSON.parse(await readFile(join(CHECKOUT, 'package.json'), 'utf8')) as About;
}

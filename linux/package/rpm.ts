/** Makes the package for the RHEL family, with rpmbuild(8). */
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import type { PackageFile } from '../../packaging/payload.ts';
import { linuxFiles, plain } from './files.ts';
import { ARCHITECTURES, EPOCH, PACKAGE, readAbout } from './identity.ts';
import { releaseOf, type LinuxPackageOrder } from './order.ts';
import { staged } from './stage.ts';

const COMPRESSION = { xz: 'w9.xzdio', gzip: 'w1.gzdio' } as const;
const BUILD_TIMEOUT_MS = 900_000;
/** Only Debian starts services without systemd. */
const NOT_HERE = /^\/etc\/init\.d\//;

/**
 * Makes `<out>/ts-iptables-<release>.<architecture>.rpm`. The same sources, time and rpmbuild give the same bytes.
 * @returns its path
 * @throws HostError when a file is missing or rpmbuild fails
 */
export async function makeRpm(order: LinuxPackageOrder): Promise<string> {
  const all = await linuxFiles(order);
  const files = [
    ...all.filter(({ path }) => !NOT_HERE.test(path)),
    plain(`/usr/share/licenses/${PACKAGE}/LICENSE`, contentOf(all, '/usr/lib/ts-iptables/LICENSE')),
  ];
  const work = await mkdtemp(join(tmpdir(), 'ts-iptables-rpm-'));
  try {
    await writeFile(join(work, 'files'), [...ownFolders(files), ...files.map(fileLine)].join(''));
    await staged(files, order.modified, (stage) => build(order, stage, work));
    return await takeResult(join(work, 'RPMS'), order.out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function contentOf(files: readonly PackageFile[], path: string): Uint8Array {
  const found = files.find((file) => file.path === path);
  return found !== undefined && 'content' in found ? found.content : new Uint8Array(0);
}

/** The folders that are ours alone, so that they go with the package. */
function ownFolders(files: readonly PackageFile[]): readonly string[] {
  const folders = files.flatMap(({ path }) => {
    const names = path.split('/').slice(0, -1);
    return names.map((_, index) => names.slice(0, index + 1).join('/'));
  });
  const own = [...new Set(folders)].filter((path) => path.includes(`/${PACKAGE}`)).toSorted();
  return own.map((path) => `%dir %attr(0755,root,root) ${path}\n`);
}

/** A line of `%files -f`. Settings an administrator changed stay at an upgrade. */
function fileLine(file: PackageFile): string {
  const mode = 'mode' in file ? file.mode.toString(8).padStart(4, '0') : '-';
  const kind = file.path.startsWith('/etc/') ? '%config(noreplace) ' : '';
  return `%attr(${mode},root,root) ${kind}${file.path}\n`;
}

async function build(order: LinuxPackageOrder, stage: string, work: string): Promise<void> {
  const { checkout, architecture, modified, nodeRuntime, run } = order;
  const { release, homepage, maintainer } = { ...(await readAbout(checkout)), ...releaseOf(order) };
  const [version = '', revision = ''] = release.split('-');
  const macros = {
    _topdir: work,
    _build_name_fmt: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
    _binary_payload: COMPRESSION[order.compression ?? 'xz'],
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    ...{ ts_epoch: EPOCH, ts_version: version, ts_release: revision },
    ...{ ts_homepage: homepage, ts_maintainer: maintainer, ts_date: dateOf(modified) },
    ...{ ts_needs_node: nodeRuntime === undefined ? 1 : 0 },
    ...{ ts_stage: stage, ts_files: join(work, 'files') },
  };
  const spec = join(work, `${PACKAGE}.spec`);
  await copyFile(join(checkout, 'linux/rpm', `${PACKAGE}.spec`), spec);
  await run(
    [
      ...(['env', `SOURCE_DATE_EPOCH=${modified}`, 'rpmbuild', '-bb', '--quiet'] as const),
      ...['--target', ARCHITECTURES[architecture].rpm],
      ...Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]),
      spec,
    ],
    { timeoutMs: BUILD_TIMEOUT_MS },
  );
}

/** As a line of `%changelog` has it: `Tue Nov 14 2023`. */
function dateOf(modified: number): string {
  const [weekday = '', day, month, year] = new Date(modified * 1000).toUTCString().split(' ');
  return [weekday.slice(0, 3), month, day, year].join(' ');
}

async function takeResult(folder: string, out: string): Promise<string> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new HostError('rpmbuild made no package');
  await mkdir(out, { recursive: true });
  await copyFile(join(folder, name), join(out, `${name}.new`));
  await rename(join(out, `${name}.new`), join(out, name));
  return join(out, name);
}

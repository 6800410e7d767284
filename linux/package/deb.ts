/** Makes the package for Debian and its like, with dpkg-deb(1). */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLink, type PackageFile } from '../../packaging/payload.ts';
import { ADDON_PATH } from '../../packaging/program.ts';
import { compressed, linuxFiles, plain } from './files.ts';
import { EPOCH, PACKAGE, PROGRAM_FOLDER, readAbout, type About } from './identity.ts';
import { releaseOf, type LinuxPackageOrder } from './order.ts';
import { staged } from './stage.ts';

const COMPRESSION = { xz: ['-Zxz'], gzip: ['-Zgzip', '-z1'] } as const;
const BUILD_TIMEOUT_MS = 900_000;

/**
 * Makes `<out>/ts-iptables_<release>_<architecture>.deb`. The same sources and time give the same bytes.
 * @returns its path
 * @throws HostError when a file is missing or a command fails
 */
export async function makeDeb(order: LinuxPackageOrder): Promise<string> {
  const { checkout, modified, architecture, out, run } = order;
  const about = { ...(await readAbout(checkout)), ...releaseOf(order) };
  const files = [...(await linuxFiles(order)), ...(await documents(order, about))];
  const path = join(out, `${PACKAGE}_${about.release}_${architecture}.deb`);
  await mkdir(out, { recursive: true });
  await staged(files, modified, async (folder) => {
    await writeControl(folder, files, order, about);
    await run(
      [
        ...(['env', `SOURCE_DATE_EPOCH=${modified}`, 'dpkg-deb', '--root-owner-group'] as const),
        ...[
          ...COMPRESSION[order.compression ?? 'xz'],
          '--threads-max=1',
          '--build',
          folder,
          `${path}.new`,
        ],
      ],
      { timeoutMs: BUILD_TIMEOUT_MS },
    );
  });
  await rename(`${path}.new`, path);
  return path;
}

async function documents(
  { checkout, modified, nodeRuntime }: LinuxPackageOrder,
  about: About,
): Promise<readonly PackageFile[]> {
  const folder = `/usr/share/doc/${PACKAGE}`;
  const copyright = await readFile(join(checkout, 'linux/copyright'));
  return [
    plain(`${folder}/copyright`, copyright),
    plain(
      `/usr/share/lintian/overrides/${PACKAGE}`,
      Buffer.from(overrides(nodeRuntime !== undefined)),
    ),
    plain(`${folder}/changelog.Debian.gz`, compressed(Buffer.from(changelog(about, modified)))),
  ];
}

/** What lintian(1) finds in files that others have built, and what is meant so. */
function overrides(hasNode: boolean): string {
  const addon = `${PROGRAM_FOLDER}/${ADDON_PATH}`;
  const node = `[${PROGRAM_FOLDER.slice(1)}/runtime/bin/node]`;
  return [
    '# The addon is the one that better-sqlite3 publishes for this processor, byte for byte.',
    `${PACKAGE}: unstripped-binary-or-object [${addon.slice(1)}]`,
    '# It is to run whenever one of these was started.',
    `${PACKAGE}: systemd-service-file-refers-to-unusual-wantedby-target * [*ts-check.service]`,
    ...(hasNode
      ? [
          '# So is the Node inside, as nodejs.org publishes it.',
          `${PACKAGE}: unstripped-binary-or-object ${node}`,
          `${PACKAGE}: embedded-library zlib ${node}`,
          `${PACKAGE}: hardening-no-pie ${node}`,
        ]
      : []),
    '',
  ].join('\n');
}

/** deb-changelog(5); what changed is in `changelog.gz`. */
function changelog({ release, maintainer }: About, modified: number): string {
  const date = new Date(modified * 1000).toUTCString().replace('GMT', '+0000');
  return [
    `${PACKAGE} (${EPOCH}:${release}) stable; urgency=medium`,
    '',
    '  * See changelog.gz.',
    '',
    ` -- ThreatSTOP Support <${maintainer}>  ${date}`,
    '',
  ].join('\n');
}

async function writeControl(
  folder: string,
  files: readonly PackageFile[],
  order: LinuxPackageOrder,
  about: About,
): Promise<void> {
  const sources = join(order.checkout, 'linux/debian');
  const at = (name: string): string => join(folder, 'DEBIAN', name);
  await mkdir(join(folder, 'DEBIAN'), { mode: 0o755 });
  await writeFile(at('control'), control(files, order, about), { mode: 0o644 });
  await writeFile(at('conffiles'), conffiles(files), { mode: 0o644 });
  await writeFile(at('md5sums'), sums(files), { mode: 0o644 });
  for (const name of await readdir(sources)) {
    await writeFile(at(name), await readFile(join(sources, name)));
    await chmod(at(name), name === 'triggers' ? 0o644 : 0o755);
  }
}

/** deb-control(5). */
function control(
  files: readonly PackageFile[],
  { architecture, nodeRuntime }: LinuxPackageOrder,
  { release, maintainer, homepage }: About,
): string {
  const bytes = files.reduce((sum, file) => sum + (isLink(file) ? 0 : file.content.length), 0);
  const node = nodeRuntime === undefined ? ['nodejs (>= 22.18)'] : [];
  const depends = [
    ...node,
    ...['libc6 (>= 2.34)', 'libstdc++6 (>= 11)', 'ipset', 'iptables', 'adduser'],
  ];
  return `${[
    `Package: ${PACKAGE}`,
    `Version: ${EPOCH}:${release}`,
    `Architecture: ${architecture}`,
    `Maintainer: ThreatSTOP Support <${maintainer}>`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    'Pre-Depends: init-system-helpers (>= 1.54~)',
    `Depends: ${depends.join(', ')}`,
    'Recommends: conntrack, kmod, nftables, rsyslog | syslog-ng | systemd | ulogd2, logrotate',
    'Suggests: ulogd2',
    'Section: net',
    'Priority: optional',
    `Homepage: ${homepage}`,
    'Description: block lists of a policy service, enforced with ipset and iptables',
    ' An agent that reads a policy (a block list and an allow list of up to a',
    ' million IP prefixes) from a policy service by DNS, keeps it enforced by sets',
    ' of ipset and a chain of iptables, and uploads the hits for reports.',
    ' .',
    ' Nothing is blocked before "tsadmin add" and "tsadmin enable".',
  ].join('\n')}\n`;
}

function conffiles(files: readonly PackageFile[]): string {
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith('/etc/'));
  return paths.toSorted().join('\n') + '\n';
}

/** For `dpkg --verify`. */
function sums(files: readonly PackageFile[]): string {
  return files
    .filter((file) => !isLink(file) && !file.path.startsWith('/etc/'))
    .map((file) => {
      const content = isLink(file) ? '' : file.content;
      return `${createHash('md5').update(content).digest('hex')}  ${file.path.slice(1)}\n`;
    })
    .toSorted((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1))
    .join('');
}

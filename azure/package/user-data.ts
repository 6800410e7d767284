/** What cloud-init does at the first boot of the virtual machine (https://cloudinit.readthedocs.io). */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HostError } from '../../src/core/errors.ts';

/** Of whose portal and repository the machines are to be. */
export interface Publisher {
  /** The address of the portal's intake, `https://…`. */
  readonly portal: string;
  /** `sha256/<base64>` of the portal's public key; empty: something before it has a certificate that systems know. */
  readonly pin: string;
  /** The apt repository, as it stands in a list of sources. */
  readonly repository: string;
  /** Its public key, ASCII-armored. */
  readonly keyring: string;
}

/** Where the template puts in what a customer gives; each is base64 text. */
export const PLACES = { licenseKey: '@LICENSE_KEY@', clients: '@CLIENTS@' } as const;

/** Azure takes 65,535 characters of base64 as customData (64 KB of it). */
const MAX_BASE64 = 65_535;
/** A license key and the networks of clients. */
const RESERVE = 1_000;

/**
 * The user-data, with {@link PLACES} in it.
 * @param root folder of files as they are on the machine
 * @throws HostError for an address or a key that cannot be used, or when it is too long for Azure
 */
export async function userData(root: string, publisher: Publisher): Promise<string> {
  check(publisher);
  const files = [...(await rootFiles(root)), ...publisherFiles(publisher)];
  const text = [
    '#cloud-config',
    '# A ThreatSTOP IP Firewall. What is done is in /usr/local/bin/retry_tsadmin_add.sh.',
    'write_files:',
    ...files.map(entry),
    'runcmd:',
    '  - [ln, -sf, /usr/local/bin/retry_tsadmin_add.sh, /root/retry_tsadmin_add.sh]',
    '  - [systemctl, restart, systemd-sysctl.service]',
    '  - [systemctl, daemon-reload]',
    '  - [systemctl, enable, ts-provision.service]',
    '  - [systemctl, start, --no-block, ts-provision.service]',
    '',
  ].join('\n');
  if (Buffer.byteLength(text) + RESERVE > (MAX_BASE64 * 3) / 4) {
    throw new HostError(`the user-data has ${text.length} bytes: too many for Azure`);
  }
  return text;
}

/** One file. */
interface OneFile {
  readonly path: string;
  readonly mode: '0600' | '0644' | '0755';
  readonly content: string;
  /** The content is base64 text, put in by the template. */
  readonly encoded?: true;
}

async function rootFiles(root: string): Promise<readonly OneFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .toSorted();
  return Promise.all(
    paths.map(async (from) => ({
      path: `/${relative(root, from)}`,
      mode: ((await stat(from)).mode & 0o111) === 0 ? '0644' : '0755',
      content: await readFile(from, 'utf8'),
    })),
  );
}

function publisherFiles({ portal, pin, repository, keyring }: Publisher): readonly OneFile[] {
  const key = '/usr/share/keyrings/threatstop.asc';
  const source = `deb [signed-by=${key}] ${repository} stable main\n`;
  return [
    { path: key, mode: '0644', content: keyring },
    { path: '/etc/apt/sources.list.d/threatstop.list', mode: '0644', content: source },
    {
      path: '/etc/ts-azure/portal',
      mode: '0644',
      content: `portal_url=${portal}\nportal_pin=${pin}\n`,
    },
    { path: '/etc/ts-azure/clients', mode: '0644', content: PLACES.clients, encoded: true },
    { path: '/etc/ts-azure/license-key', mode: '0600', content: PLACES.licenseKey, encoded: true },
  ];
}

/** A file as YAML; its lines stay readable. */
function entry({ path, mode, content, encoded }: OneFile): string {
  const head = `  - path: ${path}\n    permissions: '${mode}'\n`;
  if (encoded === true) return `${head}    encoding: b64\n    content: '${content}'`;
  const lines = content.trimEnd().split('\n');
  return `${head}    content: |\n${lines.map((line) => (line === '' ? '' : `      ${line}`)).join('\n')}`;
}

const URL_TEXT = /^[\w.~:/?#[\]@!$&()*+,;=%-]+$/;

function check({ portal, pin, repository, keyring }: Publisher): void {
  if (!portal.startsWith('https://') || !URL_TEXT.test(portal)) {
    throw unusable('PORTAL', portal, "the address of the portal's intake, https://HOST:PORT");
  }
  if (pin !== '' && !/^sha256\/[A-Za-z0-9+/]{43}=$/.test(pin)) {
    throw unusable('PIN', pin, 'the pin that "ts-portal serve" prints, sha256/…');
  }
  if (!/^(?:https|file):\//.test(repository) || !URL_TEXT.test(repository)) {
    throw unusable('APT', repository, 'the https:// address of the repository of "make apt-repo"');
  }
  if (!keyring.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) {
    throw unusable('KEYRING', '(a file)', 'threatstop.asc, as "make apt-repo" makes it');
  }
}

function unusable(name: string, value: string, wanted: string): HostError {
  return new HostError(`${name} "${value}" cannot be used`, { remedy: `Give ${wanted}.` });
}

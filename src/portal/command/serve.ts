import { parsePort } from '../../core/port.ts';
import { HostError } from '../../core/errors.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { AdminTls } from '../admin/server.ts';
import { createPortal, type Portal } from '../portal.ts';
import {
  TEXT,
  numberOf,
  stateOf,
  textOf,
  usageError,
  type OptionValues,
  type PortalCommand,
} from './command.ts';

/** `ts-portal serve`: serves until the process is asked to end. */
export const serve: PortalCommand = {
  words: ['serve'],
  operands: [],
  options: {
    host: TEXT,
    'policy-port': TEXT,
    'settings-port': TEXT,
    'intake-port': TEXT,
    'admin-port': TEXT,
    'tls-cert': TEXT,
    'tls-key': TEXT,
    'hits-database': TEXT,
    'keep-days': TEXT,
    proxy: TEXT,
  },
  usage:
    '[--host ADDRESS] [--policy-port N] [--settings-port N] [--intake-port N] [--admin-port N] [--tls-cert FILE --tls-key FILE] [--hits-database URL] [--keep-days N] [--proxy URL|none|environment]',
  about: [
    'Serves policies (DNS over TCP, TLS and UDP), settings (DNS over TLS), the intake of hits and the address',
    'check (HTTPS), and the admin pages with the API (HTTPS) until it is stopped. ADDRESS is where devices reach',
    'it; default 127.0.0.1. The admin pages have the certificate of the portal, or that of the files.',
    'Without a port it takes the one of its last start if that is free, else any free one.',
    'Hits are kept for N days (90) in hits.db below DIR, or in the database that was named once: a path, or',
    'postgresql://user@host/database with the password in PGPASSWORD or the file that PGPASSFILE names.',
    'Public feeds are fetched by the HTTP proxy URL from now on ("feed refresh", too), without one, or as HTTPS_PROXY',
    'and NO_PROXY of the environment say, which is the default.',
  ],
  async run(context, values) {
    const host = textOf(values, 'host');
    const hitsDatabase = textOf(values, 'hits-database');
    const proxy = textOf(values, 'proxy');
    const keepDays = numberOf(values, 'keep-days');
    if (keepDays === 0) throw usageError('--keep-days is 1 or more');
    const adminTls = await adminTlsOf(values);
    const portal = await createPortal({
      stateDir: stateOf(values),
      ...(host === undefined ? {} : { host }),
      ...(adminTls === null ? {} : { adminTls }),
      ...(hitsDatabase === undefined ? {} : { hitsDatabase }),
      ...(keepDays === undefined ? {} : { keepDays }),
      ...(proxy === undefined ? {} : { feedProxy: proxy }),
      ports: {
        policy: portOf(values, 'policy-port'),
        settings: portOf(values, 'settings-port'),
        intake: portOf(values, 'intake-port'),
        admin: portOf(values, 'admin-port'),
      },
      environment: context.environment,
      clock: context.clock,
      log: context.log,
    });
    context.print(servingText(portal));
    await context.stopped();
    await portal.close();
  },
};

async function adminTlsOf(values: OptionValues): Promise<AdminTls | null> {
  const [cert, key] = [textOf(values, 'tls-cert'), textOf(values, 'tls-key')];
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined)
    throw usageError('--tls-cert and --tls-key go together');
  return { cert: await readText(cert), key: await readText(key) };
}

async function readText(path: string): Promise<string> {
  const text = await readTextOrNull(path);
  if (text === null) throw new HostError(`reading ${path}: there is no such file`);
  return text;
}

function portOf(values: OptionValues, name: string): number {
  const text = textOf(values, name) ?? '0';
  const port = parsePort(text);
  if (port !== null) return port;
  throw usageError(`--${name}: "${text}" is not a port`);
}

function servingText({ addresses, pin, store }: Portal): string {
  const { policy, settings, intakeUrl, validIpUrl, adminUrl } = addresses;
  const isNew = store.admins.all().length === 0;
  return [
    `policy    ${policy.host} port ${policy.port} (DNS over TCP and TLS)`,
    `settings  ${settings.host} port ${settings.port} (DNS over TLS)`,
    `intake    ${intakeUrl}`,
    `address   ${validIpUrl}`,
    `admin     ${adminUrl}`,
    `pin       ${pin}`,
    ...(isNew ? ['There is no administrator yet: ts-portal admin add NAME --state DIR'] : []),
    'The portal is ready.\n',
  ].join('\n');
}

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
    'hits-database': TEXT,
    'keep-days': TEXT,
  },
  usage:
    '[--host ADDRESS] [--policy-port N] [--settings-port N] [--intake-port N] [--hits-database URL] [--keep-days N]',
  about: [
    'Serves policies (DNS over TCP, TLS and UDP), settings (DNS over TLS), the intake of hits and the address',
    'check (HTTPS) until it is stopped. ADDRESS is where devices reach it; default 127.0.0.1.',
    'Without a port it takes the one of its last start if that is free, else any free one.',
    'Hits are kept for N days (90) in hits.db below DIR, or in the database that was named once: a path, or',
    'postgresql://user@host/database with the password in PGPASSWORD or the file that PGPASSFILE names.',
  ],
  async run(context, values) {
    const host = textOf(values, 'host');
    const hitsDatabase = textOf(values, 'hits-database');
    const keepDays = numberOf(values, 'keep-days');
    if (keepDays === 0) throw usageError('--keep-days is 1 or more');
    const portal = await createPortal({
      stateDir: stateOf(values),
      ...(host === undefined ? {} : { host }),
      ...(hitsDatabase === undefined ? {} : { hitsDatabase }),
      ...(keepDays === undefined ? {} : { keepDays }),
      ports: {
        policy: portOf(values, 'policy-port'),
        settings: portOf(values, 'settings-port'),
        intake: portOf(values, 'intake-port'),
      },
      clock: context.clock,
      log: context.log,
    });
    context.print(servingText(portal));
    await context.stopped();
    await portal.close();
  },
};

function portOf(values: OptionValues, name: string): number {
  const text = textOf(values, name) ?? '0';
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageError(`--${name}: "${text}" is not a port`);
}

function servingText({ addresses, pin }: Portal): string {
  const { policy, settings, intakeUrl, validIpUrl } = addresses;
  return [
    `policy    ${policy.host} port ${policy.port} (DNS over TCP and TLS)`,
    `settings  ${settings.host} port ${settings.port} (DNS over TLS)`,
    `intake    ${intakeUrl}`,
    `address   ${validIpUrl}`,
    `pin       ${pin}`,
    'The portal is ready.\n',
  ].join('\n');
}

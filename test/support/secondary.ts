/** Real name servers as secondaries of the portal. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knotServer } from './knot.ts';
import { startDaemon, type DnsDaemon } from './dns-daemon.ts';

/** Where a secondary gets the zone, and as whom. */
export interface PrimaryOf {
  readonly port: number;
  readonly key: { readonly name: string; readonly secret: string };
  /** Its own port on 127.0.0.1. */
  readonly ownPort: number;
}

/** A running secondary. */
export interface Secondary {
  /** Waits until its log says that it has taken a difference. */
  tookDifference(): Promise<void>;
  stop(): Promise<void>;
}

/** BIND does not say which kind a transfer was; only a difference has so few records. */
const DIFFERENCE = {
  bind: /Transfer completed: \d+ messages, [4-8] records/,
  knot: /IXFR, incoming.*finished/,
} as const;
const ZONE = 'threatstop.local';

/** BIND, which has read the zone when this resolves. */
export async function startBindSecondary(primary: PrimaryOf): Promise<Secondary> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-portal-bind-'));
  await writeFile(join(folder, 'named.conf'), bindConfiguration(folder, primary));
  const args = ['-c', join(folder, 'named.conf'), '-g', '-n', '1'];
  return stopping(
    await startDaemon('named', args, /transferred serial \d+/),
    folder,
    DIFFERENCE.bind,
  );
}

/** Knot, which has read the zone when this resolves. */
export async function startKnotSecondary(primary: PrimaryOf): Promise<Secondary> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-portal-knot-'));
  await mkdir(join(folder, 'db'));
  await writeFile(join(folder, 'knot.conf'), knotConfiguration(folder, primary));
  const args = ['-c', join(folder, 'knot.conf')];
  return stopping(
    await startDaemon('knotd', args, /AXFR, incoming.*finished/),
    folder,
    DIFFERENCE.knot,
  );
}

function stopping(daemon: DnsDaemon, folder: string, difference: RegExp): Secondary {
  return {
    tookDifference: () => daemon.logged(difference),
    async stop() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function bindConfiguration(folder: string, { port, key, ownPort }: PrimaryOf): string {
  return `
key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
controls { };
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${ownPort} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no; notify no; dnssec-validation no; minimal-responses no;
  max-records-per-type 0; max-types-per-name 0;
};
zone "${ZONE}" {
  type secondary;
  primaries { 127.0.0.1 port ${port} key "${key.name}"; };
  file "zone.db";
};
`;
}

function knotConfiguration(folder: string, { port, key, ownPort }: PrimaryOf): string {
  return `${knotServer(folder, ownPort, key)}remote:
  - id: portal
    address: 127.0.0.1@${port}
    key: ${key.name}
acl:
  - id: notify-from-portal
    remote: portal
    action: notify
template:
  - id: default
    storage: ${folder}
    semantic-checks: off
zone:
  - domain: ${ZONE}
    file: zone.db
    master: portal
    acl: notify-from-portal
`;
}

/** A real Knot DNS for tests: one zone, plain TCP, a TSIG key. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from './dns-daemon.ts';
import { freePort } from './free-port.ts';
import { TEST_KEY } from './named.ts';

/** A running Knot. */
export interface Knot {
  /** Plain DNS on 127.0.0.1. */
  readonly port: number;
  /** Replaces the zone by one with a higher serial. What changed can be asked for (IXFR). */
  change(zoneText: string): Promise<void>;
  /** Waits until its log says something, now or since its last change. */
  logged(expected: RegExp): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** Starts Knot with one zone. @param zoneText in master file format */
export async function startKnot(zone: string, zoneText: string): Promise<Knot> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-knot-'));
  const port = await freePort();
  await mkdir(join(folder, 'db'));
  await writeFile(join(folder, 'zone.db'), zoneText);
  await writeFile(join(folder, 'knot.conf'), configuration(folder, zone, port));
  const daemon = await startDaemon('knotd', ['-c', join(folder, 'knot.conf')], /loaded, serial/);
  return {
    port,
    async change(changed) {
      await writeFile(join(folder, 'zone.db'), changed);
      await daemon.reload(/loaded, serial \d+ -> /);
    },
    logged: (expected) => daemon.logged(expected),
    async stop() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, zone: string, port: number): string {
  const key = { name: TEST_KEY.name, secret: TEST_KEY.secret.toString('base64') };
  return `${knotServer(folder, port, key)}acl:
  - id: transfer
    key: ${TEST_KEY.name}
    action: transfer
template:
  - id: default
    storage: ${folder}
    zonefile-sync: -1
    zonefile-load: difference
    semantic-checks: off
zone:
  - domain: ${zone}
    file: zone.db
    acl: transfer
`;
}

/** What each configuration begins with: one server on loopback, its log, its files and a key. @param key secret in base64 */
export function knotServer(
  folder: string,
  port: number,
  key: { readonly name: string; readonly secret: string },
): string {
  return `server:
    rundir: ${folder}
    listen: 127.0.0.1@${port}
    tcp-workers: 1
    udp-workers: 1
    background-workers: 1
log:
  - target: stdout
    any: info
database:
    storage: ${folder}/db
key:
  - id: ${key.name}
    algorithm: hmac-sha256
    secret: ${key.secret}
`;
}

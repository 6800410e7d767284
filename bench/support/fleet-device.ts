/** A device of `bench/fleet.ts`: the agent's own clients against a portal. */
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { gzipSync } from 'node:zlib';
import type { HitBatch } from '../../src/core/ports.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createBeaconSender } from '../../src/upstream/beacon.ts';
import { createHitUploader } from '../../src/upstream/log-upload.ts';
import { createPolicySource } from '../../src/upstream/policy-source.ts';
import { createSettingsSource } from '../../src/upstream/settings-source.ts';

/** Where the portal is. */
export interface PortalPlace {
  readonly policyPort: number;
  readonly settingsPort: number;
  readonly intakeUrl: string;
  readonly pin: string;
}

/** What a device asks, each with the milliseconds it took. */
export interface DeviceTimes {
  readonly settings: number;
  readonly policy: number;
  readonly beacon: number;
  readonly upload: number;
}

const clock = systemClock;
const LINES = 1_000;

/** One look at the portal and one upload, as an agent does both every 15 minutes. @param n how it misbehaves */
export async function visit(
  place: PortalPlace,
  device: { readonly id: string; readonly autoKey: string },
  { n, batch }: { readonly n: number; readonly batch: HitBatch },
): Promise<DeviceTimes> {
  const trust = { pin: place.pin };
  const { id: deviceId, autoKey } = device;
  const settings = createSettingsSource({ tls: trust, clock });
  const policy = createPolicySource({
    ...{ servers: ['127.0.0.1'], port: place.policyPort, tls: trust, clock },
    tsig: { name: deviceId, secret: Buffer.from(autoKey, 'base64') },
  });
  const sender = createBeaconSender({ logUrl: place.intakeUrl, deviceId, autoKey, trust, clock });
  const times = {
    settings: await timed(() =>
      settings.fetch({
        ...{ deviceId, autoKey, server: '127.0.0.1', port: place.settingsPort },
        zone: 'threatstop.local',
      }),
    ),
    policy: await timed(() =>
      policy.fetch({ blockLists: ['bench.threatstop.local'], allowLists: [] }, known),
    ),
    beacon: await timed(() => sender.send(beaconOf(deviceId))),
  };
  const uploader = createHitUploader({ url: place.intakeUrl, deviceId, autoKey, trust, clock });
  // One in 20 loses its connection first, one in 20 does not hear the answer and sends all again.
  if (n % 20 === 0) await cutOff(place.intakeUrl);
  const upload = await timed(() => uploader.upload(batch));
  if (n % 20 === 10) await uploader.upload(batch);
  return { ...times, upload };
}

let known = '';

/** The version that all devices have. */
export function setKnown(version: string): void {
  known = version;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Made before anything is measured: it is the device's work. */
export function batchOf(n: number): HitBatch {
  const last = clock.now();
  const first = last - 900_000;
  const body = gzipSync(linesOf(LINES, n, first), { level: 1 });
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { id: randomUUID(), kind: 'hits', body, sha256, lines: LINES, first, last, attempts: 0 };
}

/** Lines as pfSense logs them, of many addresses and few ports. */
export function linesOf(count: number, seed: number, first: number): string {
  const lines: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const word = Math.imul(at + seed * 7_919, 0x9e3779b1) >>> 0;
    const remote = `203.0.${word & 127}.${(word >>> 8) & 255}`;
    const stamp = new Date(first + at * 800).toISOString();
    const port = [22, 23, 80, 443, 3_389][word % 5] ?? 22;
    lines.push(
      `${stamp} fw filterlog[38263]: 6,,,1770000101,igb0,match,block,in,4,0x0,,51,3354,0,DF,6,tcp,60,${remote},198.51.100.1,${1024 + (word & 32_767)},${port},0,S,1,,64240,,mss\n`,
    );
  }
  return lines.join('');
}

/** Begins an upload and hangs up. */
function cutOff(url: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': 5_000 };
    const cut = request(url, { method: 'POST', headers, rejectUnauthorized: false, agent: false });
    cut.on('error', () => undefined).on('close', () => resolve());
    cut.on('response', () => cut.destroy());
    cut.write('--x\r\nContent-Disposition: form-data; name="device_id"\r\n\r\n');
    setTimeout(() => cut.destroy(), 20);
  });
}

function beaconOf(deviceId: string) {
  return {
    ...{ device_id: deviceId, product: 'ts-pfsense', version: '3.00-01', platform: 'linux' },
    ...{ state: 'protected', enabled: true, policy: known, tables: null },
    ...{ last_refresh: null, last_upload: null, waiting_lines: 0, lag_seconds: 0, problems: [] },
  };
}

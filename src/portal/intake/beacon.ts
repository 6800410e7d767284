import { createHash } from 'node:crypto';
import { messageOf } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Store } from '../store.ts';
import { checkSignature, claimOf } from './authorize.ts';
import { Refusal } from './refusal.ts';

/** A beacon request: what a device says about itself, JSON. */
export interface BeaconRequest {
  /** Path and query of the request line. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

/**
 * Stores the device's last beacon. It is signed as an upload is, with the SHA-256 of the body and an empty batch id.
 * @throws Refusal 401 unsigned or wrongly signed, 400 when it is no JSON object, 403 when it names another device
 */
export function takeBeacon(
  request: BeaconRequest,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): void {
  const { path, authorization, body } = request;
  const claim = claimOf(authorization, store.devices, clock.now());
  const sha256 = createHash('sha256').update(body).digest('hex');
  checkSignature(claim, { method: 'POST', path, batchId: '', sha256 });
  const deviceId = claim.device.id;
  if (deviceIn(body) !== deviceId) {
    throw new Refusal(403, `${deviceId} may not send a beacon of another device`);
  }
  const [sent, received] = [claim.ts * 1000, clock.now()];
  store.beacons.save({ deviceId, sent, received, body: body.toString() });
}

function deviceIn(body: Buffer): unknown {
  try {
    const beacon: unknown = JSON.parse(body.toString());
    if (typeof beacon === 'object' && beacon !== null && 'device_id' in beacon) {
      return beacon.device_id;
    }
  } catch (cause) {
    throw new Refusal(400, `the beacon is not JSON: ${messageOf(cause)}`, cause);
  }
  throw new Refusal(400, 'the beacon is not a JSON object with device_id');
}

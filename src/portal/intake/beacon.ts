import { messageOf } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Store } from '../store.ts';
import { Refusal } from './refusal.ts';
import { signerOf, type SignedRequest } from './signed-body.ts';

/**
 * Stores the device's last beacon.
 * @throws Refusal 401 unsigned or wrongly signed, 400 when it is no JSON object, 403 when it names another device
 */
export function takeBeacon(
  request: SignedRequest,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): void {
  const claim = signerOf(request, { store, clock });
  const { body } = request;
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

/** Devices that come by themselves: an image in a cloud has an API key that may do this and nothing else. */
import { createHash } from 'node:crypto';
import { addressOf } from '../../core/actor.ts';
import { SettingsError } from '../../core/errors.ts';
import { ConflictError, audited, type Change } from './change.ts';
import { addDevice, type IssuedDevice } from './devices.ts';

/** What a device says when it comes. */
export interface EnrolmentRequest {
  /** What it made at random and keeps: with the same one it gets the same device. 64 hex digits. */
  readonly token: string;
  readonly nickname: string;
  readonly manufacturer?: string;
  readonly model?: string;
}

/** More devices came with a key than one would think. */
export class TooManyError extends SettingsError {}

/** New devices of one key in {@link WINDOW_MS}: a key that got lost fills no portal. */
export const MOST_ENROLMENTS = 60;
const WINDOW_MS = 3_600_000;
const TOKEN = /^[0-9a-f]{64}$/;

/**
 * The device of a token: a new one with the starter policy and the address that the request came from, or the one that was made
 * before, whose answer may have been lost on the way.
 * @param key name of the API key
 * @throws SettingsError naming what cannot be used; ConflictError for a nickname that is taken, or a device that was
 *   taken out of service; TooManyError
 */
export function enrolDevice(
  change: Change,
  key: string,
  { token, ...fields }: EnrolmentRequest,
): IssuedDevice {
  const { store, clock, actor } = change;
  if (!TOKEN.test(token)) throw new SettingsError('the token is not 64 hex digits');
  const digest = createHash('sha256').update(token).digest('hex');
  return store.transaction(() => {
    const known = store.enrolments.withDigest(digest);
    if (known !== null) return toldAgain(change, known.deviceId);
    const time = clock.now();
    if (store.enrolments.countSince(key, time - WINDOW_MS) >= MOST_ENROLMENTS) {
      throw new TooManyError(`${MOST_ENROLMENTS} devices came with the key ${key} in an hour`, {
        remedy: 'Try again later. When these are not yours, remove the key.',
      });
    }
    const device = addDevice(change, { ...fields, address: addressOf(actor) ?? '' });
    store.enrolments.add({ digest, deviceId: device.id, key, time });
    return device;
  });
}

function toldAgain(change: Change, id: string): IssuedDevice {
  const { devices } = change.store;
  return audited(change, () => {
    const [device, autoKey] = [devices.get(id), devices.keyOf(id)];
    if (device !== null && autoKey !== null) {
      return { result: { ...device, autoKey }, action: 'device enrol', target: id };
    }
    throw new ConflictError(`the device ${id} of this token was taken out of service`, {
      remedy: 'To come as another device, make another token.',
    });
  });
}

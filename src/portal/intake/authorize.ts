import {
  MAX_CLOCK_SKEW_SECONDS,
  decodeKey,
  parseAuthorization,
  verifyUpload,
  type UploadSignatureInput,
} from '../../protocol/upload.ts';
import type { Device, DeviceTable } from '../tables/devices.ts';
import { Refusal } from './refusal.ts';

/** Who a request says it is from; its signature is checked when the rest of what is signed has been read. */
export interface Claim {
  readonly device: Device;
  /** Its key, base64. */
  readonly autoKey: string;
  /** Seconds since 1970. */
  readonly ts: number;
  readonly signature: string;
}

/**
 * The device that the header names, before any of the body is read: a stranger cannot make the portal store anything.
 * @param now milliseconds since 1970
 * @throws Refusal 401 without a header, for an unknown device and for a time outside the window (a replay, or a clock that is off)
 */
export function claimOf(header: string | undefined, devices: DeviceTable, now: number): Claim {
  const authorization = parseAuthorization(header);
  if (authorization === null) throw new Refusal(401, 'the request is not signed');
  const { deviceId, ts, signature } = authorization;
  const difference = ts - Math.floor(now / 1000);
  if (Math.abs(difference) > MAX_CLOCK_SKEW_SECONDS) {
    throw new Refusal(401, `the clock of ${deviceId} differs by ${difference} s; set NTP`);
  }
  const device = devices.get(deviceId);
  const autoKey = devices.keyOf(deviceId);
  if (device === null || autoKey === null) throw wrongKey(deviceId);
  return { device, autoKey, ts, signature };
}

/** @throws Refusal 401 when the signature was not made with the device's key over exactly this request */
export function checkSignature(claim: Claim, request: Omit<UploadSignatureInput, 'ts'>): void {
  const { device, autoKey, ts, signature } = claim;
  const key = decodeKey(autoKey);
  if (!verifyUpload({ ...request, ts }, signature, key)) throw wrongKey(device.id);
}

/** One answer for an unknown device and a wrong key: ids cannot be guessed by asking. */
function wrongKey(deviceId: string): Refusal {
  return new Refusal(401, `${deviceId} is not known or its key is wrong`);
}

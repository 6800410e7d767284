import { PROBLEM } from '../tables/problems.ts';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { SettingsError, printable } from '../../core/errors.ts';
import type { Secondary } from '../tables/secondaries.ts';
import {
  ConflictError,
  NotFoundError,
  audited,
  checkNameOf,
  differenceOf,
  type Change,
} from './change.ts';

/** What may be given for a secondary; its address must be. */
export interface SecondaryRequest {
  readonly address: string;
  /** Default 53. */
  readonly port?: number;
  /** Whether it is told of new serials. Default: yes. */
  readonly notify?: boolean;
}

/** A secondary with its key, which is told once: when it is made. */
export interface IssuedSecondary extends Secondary {
  /** TSIG secret for hmac-sha256, base64. The key has the secondary's name. */
  readonly key: string;
}

/** Makes a secondary, a name server that may transfer the zone. @throws ConflictError; SettingsError */
export function addSecondary(
  change: Change,
  name: string,
  request: SecondaryRequest,
): IssuedSecondary {
  const { store } = change;
  return audited(change, () => {
    checkNameOf('secondary', name);
    if (store.secondaries.get(name) !== null || store.devices.get(name) !== null) {
      throw new ConflictError(`the name ${name} is taken`);
    }
    const { address, port = 53, notify = true } = request;
    if (isIP(address) === 0) {
      throw new SettingsError(`"${printable(address.slice(0, 80))}" is not an IP address`);
    }
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new SettingsError(`${port} is not a port`);
    }
    const key = randomBytes(32).toString('base64');
    const secondary: Secondary = { name, address, port, notify, notified: null };
    store.secondaries.save(secondary, key);
    const details = differenceOf({}, { address, port, notify });
    return { result: { ...secondary, key }, action: 'secondary add', target: name, details };
  });
}

/** Removes a secondary; its key counts no more. @throws NotFoundError */
export function removeSecondary(change: Change, name: string): void {
  const { store } = change;
  audited(change, () => {
    if (store.secondaries.get(name) === null) throw new NotFoundError('secondary', name);
    store.secondaries.remove(name);
    store.problems.close(PROBLEM.secondaryNotNotified, name);
    return { result: undefined, action: 'secondary remove', target: name };
  });
}

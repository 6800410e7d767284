import { FormatError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { decodeExemptions, type ReadReport } from '../../protocol/exemptions.ts';
import { takeExemptions } from '../model/exemptions.ts';
import type { Store } from '../store.ts';
import { Refusal } from './refusal.ts';
import { signerOf, type SignedRequest } from './signed-body.ts';

/**
 * Takes what a device allows and blocks beside its lists, all of it; what it told before and does not tell now was revoked.
 * @throws Refusal 401 unsigned or wrongly signed, 400 when it is not as documented, 403 when it names another device
 */
export function takeExemptionReport(
  request: SignedRequest,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): void {
  const { device, ts } = signerOf(request, { store, clock });
  const { deviceId, exemptions } = read(request.body);
  if (deviceId !== device.id) {
    throw new Refusal(403, `${device.id} may not tell exemptions of another device`);
  }
  const change = { store, clock, actor: `device:${deviceId}` };
  takeExemptions(change, { deviceId, sent: ts * 1000, exemptions });
}

function read(body: Buffer): ReadReport {
  try {
    return decodeExemptions(body.toString());
  } catch (error) {
    if (error instanceof FormatError) throw new Refusal(400, error.message, error);
    throw error;
  }
}

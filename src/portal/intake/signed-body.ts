import { createHash } from 'node:crypto';
import type { Clock } from '../../core/ports.ts';
import type { Store } from '../store.ts';
import { checkSignature, claimOf, type Claim } from './authorize.ts';

/** A request with a body of JSON that a device signed. */
export interface SignedRequest {
  /** Path and query of the request line. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

/**
 * Who sent it. It is signed as an upload is, with the SHA-256 of the body and an empty batch id.
 * @throws Refusal 401 unsigned or wrongly signed
 */
export function signerOf(
  { path, authorization, body }: SignedRequest,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Claim {
  const claim = claimOf(authorization, store.devices, clock.now());
  const sha256 = createHash('sha256').update(body).digest('hex');
  checkSignature(claim, { method: 'POST', path, batchId: '', sha256 });
  return claim;
}

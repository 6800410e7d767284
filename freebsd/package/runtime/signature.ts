import { createHash, createVerify } from 'node:crypto';
import { HostError } from '../../../src/core/errors.ts';

/** SHA-256 of the key that signs pkg.FreeBSD.org (/usr/share/keys/pkg/trusted/pkg.freebsd.org.2013102301). */
export const FREEBSD_FINGERPRINT =
  'b0170035af3acc5f3f3ae1859dc717101b4e6c1d0a794ad554928ca0cbb2f438';

/** What is beside the catalogue in its archive. */
export interface SignedCatalogue {
  readonly catalogue: Uint8Array;
  /** RSA, PKCS #1 v1.5, SHA-256, over the catalogue's SHA-256 in hex (libpkg, pkgsign_ossl.c). */
  readonly signature: Uint8Array;
  /** The signer's public key, PEM. */
  readonly publicKey: Uint8Array;
}

/** @throws HostError when the key is not the one of the fingerprint, or did not sign this catalogue */
export function checkSignature(signed: SignedCatalogue, fingerprint: string): void {
  const found = createHash('sha256').update(signed.publicKey).digest('hex');
  if (found !== fingerprint) {
    throw new HostError(`the catalogue of the mirror is signed by another key: ${found}`, {
      remedy: 'If it is the key of your own mirror, pass it with --fingerprint.',
    });
  }
  const digest = createHash('sha256').update(signed.catalogue).digest('hex');
  const isSigned = createVerify('sha256')
    .update(digest)
    .verify(Buffer.from(signed.publicKey), signed.signature);
  if (!isSigned) throw new HostError('the signature of the catalogue of the mirror is wrong');
}

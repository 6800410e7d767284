import { sign, type KeyObject, createPublicKey, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { parsePrefix } from '../core/prefix-text.ts';

/** What a self-made certificate says. */
export interface CertificateContent {
  readonly commonName: string;
  /** Host names and addresses it is for. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  serverAuth: '2b06010505070301',
};

/**
 * A self-signed X.509 v3 server certificate (RFC 5280), PEM, signed with ECDSA and SHA-256.
 * Node can read certificates but not make them; this is the one form the portal needs.
 * @param key private key on P-256
 */
export function selfSignedCertificate(content: CertificateContent, key: KeyObject): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(oid(OID.commonName), utf8(content.commonName))));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(content.notBefore), time(content.notAfter)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(content.hosts))),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, key), 0));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensions(hosts: readonly string[]): Buffer[] {
  const digitalSignature = bitString(Buffer.from([0x80]), 7);
  return [
    extension(OID.basicConstraints, true, sequence()),
    extension(OID.keyUsage, true, digitalSignature),
    extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, false, sequence(...hosts.map(generalName))),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const mark = critical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...mark, tagged(0x04, value));
}

/** dNSName is [2], iPAddress is [7] (RFC 5280 §4.2.1.6). */
function generalName(host: string): Buffer {
  return isIP(host) === 0 ? tagged(0x82, Buffer.from(host)) : tagged(0x87, ipBytes(host));
}

function ipBytes(address: string): Buffer {
  const { words } = parsePrefix(address);
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeUInt32BE(word, index * 4));
  return bytes;
}

/** Positive and without leading zeros, as DER asks for. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes;
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  const inUtcTime = Number(text.slice(0, 4)) < 2050;
  return tagged(inUtcTime ? 0x17 : 0x18, Buffer.from(inUtcTime ? text.slice(2) : text));
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

function bitString(bytes: Uint8Array, unusedBits: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

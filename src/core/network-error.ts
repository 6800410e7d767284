import { AgentError, messageOf } from './errors.ts';

/** A server could not be reached, or stopped answering. Another server, or a later try, may do. */
export class NetworkError extends AgentError {}

/** The server ended the connection; it may well take another one. */
export class ConnectionClosedError extends NetworkError {}

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
  ENOTFOUND: 'its name is not found',
  EAI_AGAIN: 'its name could not be looked up',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an unknown CA',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** What node-fetch puts before the reason; it repeats the URL. */
const FETCH_PREFIX = /^request to \S+ failed, reason: /;
const CERTIFICATE = /CERT|SIGNATURE/;

/** An error of Node's sockets, TLS or HTTP as a {@link NetworkError} with a reason for people. */
export function networkError(thrown: unknown): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const code = codeOf(thrown);
  const Failure = CLOSED.has(code) ? ConnectionClosedError : NetworkError;
  return new Failure(REASONS[code] ?? messageOf(thrown).replace(FETCH_PREFIX, ''), {
    remedy: remedyFor(code),
    cause: thrown,
  });
}

/** The system's code of an error; of the first address's when several were tried. */
function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  if (thrown instanceof Error && 'code' in thrown) return String(thrown.code);
  return '';
}

function remedyFor(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return "Check the server's name and the resolvers of this host.";
  }
  if (CERTIFICATE.test(code)) {
    return 'Set portal_ca to the CA certificate of the server, or portal_pin to its key; check the clock.';
  }
  return 'Check that outgoing TCP to this address and port is allowed.';
}

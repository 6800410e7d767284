import { AgentError, PolicyError } from '../core/errors.ts';
import { ResponseError } from '../protocol/dns-response.ts';
import { RCODE } from '../protocol/dns-types.ts';
import { NetworkError } from '../core/network-error.ts';
import { BADKEY, BADSIG, TsigError } from '../protocol/tsig.ts';

/** Does something for one list; what fails then names the list. Network faults, which concern the server, stay as they are. */
export async function aboutList<T>(list: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AgentError) || error instanceof NetworkError) throw error;
    throw new PolicyError(`List ${list}: ${error.message}`, {
      remedy: remedyFor(error),
      cause: error,
    });
  }
}

/** What the administrator can do about an error of a DNS service; empty when nothing. */
export function remedyFor(error: AgentError): string {
  if (error.remedy !== '') return error.remedy;
  if (error instanceof ResponseError) return remedyForResponse(error);
  if (error instanceof TsigError) return remedyForTsig(error);
  return '';
}

function remedyForResponse(error: ResponseError): string {
  if (error.rcode === RCODE.NXDOMAIN) {
    return 'Check the name of the list; new policies take up to an hour.';
  }
  if (error.rcode === RCODE.REFUSED || error.rcode === RCODE.NOTAUTH) {
    return 'Check that the server holds the zone and that this device may ask it (and transfer it, with policy_source transfer).';
  }
  if (error.reason === 'truncated') {
    return 'The record set does not fit an answer of 65,535 bytes: cut the list into smaller sub-lists.';
  }
  return error.reason === 'no-answer' ? 'Check the list on the server.' : '';
}

function remedyForTsig(error: TsigError): string {
  if (error.reason === 'bad-time') return 'Set the clock of this device; use NTP.';
  if (error.reason === 'missing') return 'The server must sign its answers with the device key.';
  const wrongKey =
    error.reason !== 'server-error' || [BADKEY, BADSIG, RCODE.NOTAUTH].includes(error.code);
  return wrongKey ? 'Check the device id and its key.' : '';
}

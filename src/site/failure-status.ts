import { FormatError, SettingsError, type AgentError } from '../core/errors.ts';

/**
 * HTTP status of a failed action: 422 for input that cannot be used, else 409. Never 404 or 5xx, whose
 * bodies nginx on pfSense 2.8 and later replaces by its own.
 */
export function failureStatus(error: AgentError): 409 | 422 {
  return error instanceof SettingsError || error instanceof FormatError ? 422 : 409;
}

/** The status of an error that express blames on the request (body too large, not decodable); null for others. */
export function clientStatus(thrown: unknown): number | null {
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

/** Errors of this program as plain data, for another thread or process: class, message and remedy stay what they were. */
import * as errors from './errors.ts';

/** An error as data. */
export interface ErrorData {
  /** Name of its class in `errors.ts`. */
  readonly kind: string;
  readonly message: string;
  readonly remedy: string;
}

const CLASSES = {
  AgentError: errors.AgentError,
  SettingsError: errors.SettingsError,
  UsageError: errors.UsageError,
  PolicyError: errors.PolicyError,
  MissingListError: errors.MissingListError,
  FormatError: errors.FormatError,
  PortalError: errors.PortalError,
  FirewallError: errors.FirewallError,
  HostError: errors.HostError,
  BusyError: errors.BusyError,
} as const;

/** The error as data. */
export function toErrorData({ name, message, remedy }: errors.AgentError): ErrorData {
  return { kind: Object.hasOwn(CLASSES, name) ? name : 'AgentError', message, remedy };
}

/** The error again, of the class it had; an {@link errors.AgentError} where there is no such class. */
export function fromErrorData({ kind, message, remedy }: ErrorData): errors.AgentError {
  const name = Object.hasOwn(CLASSES, kind) ? (kind as keyof typeof CLASSES) : 'AgentError';
  return new CLASSES[name](message, { remedy });
}

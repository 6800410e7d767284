/**
 * The errors of this program. Each message says what was being done, on which value and why it
 * failed; `remedy` says what the administrator can do. The area is in the class, so that a caller
 * can tell a network fault from a wrong setting without reading text.
 */
export class AgentError extends Error {
  /** What to do about it, a sentence for the administrator; empty when there is nothing to do. */
  readonly remedy: string;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.remedy = options.remedy ?? '';
  }
}

/** A setting, a command line or a settings file holds something that cannot be used. */
export class SettingsError extends AgentError {}

/** The command line is wrong; the process ends with code 2. */
export class UsageError extends AgentError {}

/** The policy could not be read whole from the policy service; the old one stays. */
export class PolicyError extends AgentError {}

/** A list is not on the policy service: its name is wrong, or it was made less than an hour ago. */
export class MissingListError extends PolicyError {}

/** Bytes from the network or a file do not follow their format. */
export class FormatError extends AgentError {}

/** The portal, or a service of it, did not answer as its protocol says. */
export class PortalError extends AgentError {}

/** The firewall did not take, or does not hold, what it should. */
export class FirewallError extends AgentError {}

/** A file, the database or a command of the host failed. */
export class HostError extends AgentError {}

/** Another task of this device is running. */
export class BusyError extends AgentError {}

/** The text of anything thrown, on one line, without control characters (it may hold bytes from the wire). */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(text);
}

/** What went wrong and what to do, as sentences; a message that ends with a full stop gets no second one. */
export function sentencesOf(thrown: unknown): string {
  return withRemedy(messageOf(thrown), thrown instanceof AgentError ? thrown.remedy : '');
}

/** What is wrong and what to do about it (or empty), as sentences. */
export function withRemedy(message: string, remedy: string): string {
  return remedy === '' ? message : `${message.replace(/\.$/, '')}. ${remedy}`;
}

/** The text with every control character replaced by `?`; safe for a terminal, a log and a page. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, '?');
}

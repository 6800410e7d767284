/** Taking secrets out of text, however they are written in it. */

/** What stands in place of a secret. */
export const HIDDEN = '(hidden)';

/** Too short to be told from other text. */
const SHORTEST = 4;

/**
 * The text without the secrets.
 * @param secrets each as the ways it may be written: itself, its bytes in hex or base64, percent-encoded
 */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replace(new RegExp(escaped(secret), 'gi'), HIDDEN), text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

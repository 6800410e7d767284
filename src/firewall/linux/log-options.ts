/** The extra options of the LOG rules (iptables-extensions(8), LOG). */
import { FirewallError, printable } from '../../core/errors.ts';

/** Options without a value, in the order iptables-save prints them. */
const SWITCHES = [
  '--log-tcp-sequence',
  '--log-tcp-options',
  '--log-ip-options',
  '--log-uid',
  '--log-macdecode',
];
const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'];
const OTHER_NAMES: Readonly<Record<string, string>> = {
  panic: 'emerg',
  err: 'error',
  warn: 'warning',
};
/** What iptables takes when no level is given, and does not print. */
const DEFAULT_LEVEL = LEVELS.indexOf('warning');

/**
 * The options in the one form in which iptables-save prints them: `--log-level 6 --log-uid`; empty for none.
 * @throws FirewallError for anything but options of the LOG target, as the text becomes part of a rule
 */
export function canonicalLogOptions(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const found = new Set<string>();
  let level = DEFAULT_LEVEL;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    if (word === '--log-level') level = levelOf(words[(i += 1)] ?? '');
    else if (SWITCHES.includes(word)) found.add(word);
    else throw notUsable(word);
  }
  const levelWords = level === DEFAULT_LEVEL ? [] : [`--log-level ${level}`];
  return [...levelWords, ...SWITCHES.filter((word) => found.has(word))].join(' ');
}

function levelOf(text: string): number {
  const level = /^[0-7]$/.test(text) ? Number(text) : LEVELS.indexOf(OTHER_NAMES[text] ?? text);
  if (level === -1) throw notUsable(`--log-level ${text}`);
  return level;
}

function notUsable(what: string): FirewallError {
  return new FirewallError(`logopts: "${printable(what)}" is not a log option of iptables`, {
    remedy: `Use --log-level with 0 to 7 or a name, ${SWITCHES.join(', ')}.`,
  });
}

/** Where alarms go. Secrets are never in the audit log. */
import { PROBLEM } from '../tables/problems.ts';
import { randomBytes } from 'node:crypto';
import { SettingsError } from '../../core/errors.ts';
import { sendTo } from '../alarms/deliver.ts';
import type { AlarmTarget, MailConfig } from '../tables/alarms.ts';
import { NotFoundError, audited, checkNameOf, type Change } from './change.ts';

/** What is shown of a target. */
export interface ShownTarget {
  readonly name: string;
  readonly kind: AlarmTarget['kind'];
  readonly severity: AlarmTarget['severity'];
  /** Without secrets. */
  readonly where: string;
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,255}$/;
const MAX_SECRET = 1_000;

/** @param secret key of the signature; absent: one is made. @returns the key, which is told once @throws SettingsError */
export function saveWebhook(
  change: Change,
  name: string,
  given: { readonly url: string; readonly secret?: string; readonly severity?: string },
): string {
  const url = URL.canParse(given.url) ? new URL(given.url) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.username !== '') {
    throw new SettingsError('the address of the webhook is not usable', {
      remedy: 'Give an https:// or http:// address without a user name.',
    });
  }
  const secret = checkSecret(given.secret ?? randomBytes(32).toString('base64url'));
  const severity = severityOf(given.severity);
  save(change, { name, kind: 'webhook', severity, config: { url: url.href, secret } });
  return secret;
}

/** @throws SettingsError naming what cannot be used */
export function saveMail(
  change: Change,
  name: string,
  given: Omit<MailConfig, 'user' | 'password'> &
    Partial<MailConfig> & { readonly severity?: string },
): void {
  const { server, from, to, user = '', password = '' } = given;
  checkServer(server);
  for (const address of [from, ...to]) {
    if (!ADDRESS.test(address)) {
      throw new SettingsError(`"${address.slice(0, 80)}" is not a mail address`);
    }
  }
  if (to.length === 0) throw new SettingsError('nobody is to get the mail');
  const config = { server, from, to, user, password: password === '' ? '' : checkSecret(password) };
  save(change, { name, kind: 'mail', severity: severityOf(given.severity), config });
}

function checkServer(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : null;
  const isServer = ['smtp:', 'smtps:'].includes(url?.protocol ?? '') && url?.hostname !== '';
  if (isServer && url?.username === '' && url.password === '') return;
  throw new SettingsError('the mail server is not usable', {
    remedy: 'Give smtp://host:port or smtps://host:port; user and password have their own options.',
  });
}

/** @throws NotFoundError */
export function removeTarget(change: Change, name: string): void {
  audited(change, () => {
    if (change.store.alarms.get(name) === null) throw new NotFoundError('alarm target', name);
    change.store.alarms.remove(name);
    change.store.problems.close(PROBLEM.notDelivered, name);
    return { result: null, action: 'alarm remove', target: name };
  });
}

/** Sends a test to a target now. @throws NotFoundError; PortalError when it was not taken */
export async function testTarget(change: Change, name: string): Promise<void> {
  const target = change.store.alarms.get(name);
  if (target === null) throw new NotFoundError('alarm target', name);
  const time = change.clock.now();
  const problem = {
    ...{ code: 'test', subject: '', severity: 'warning' as const, since: time },
    ...{ message: 'This is a test.', remedy: '' },
  };
  await sendTo(target, `test-${time}`, { event: 'test', problem, time }, time);
  audited(change, () => ({ result: null, action: 'alarm test', target: name }));
}

/** A target as people may see it. */
export function shownTarget(target: AlarmTarget): ShownTarget {
  const { name, kind, severity } = target;
  const where =
    target.kind === 'mail'
      ? `${target.config.to.join(', ')} by ${target.config.server}`
      : `${new URL(target.config.url).origin}/…`;
  return { name, kind, severity, where };
}

function save(change: Change, target: AlarmTarget): void {
  checkNameOf('alarm target', target.name);
  audited(change, () => {
    change.store.alarms.save(target);
    const { kind, severity, where } = shownTarget(target);
    const details = `${kind} to ${where}, from ${severity} on`;
    return { result: null, action: 'alarm set', target: target.name, details };
  });
}

function severityOf(text = 'warning'): 'error' | 'warning' {
  if (text === 'error' || text === 'warning') return text;
  throw new SettingsError('the severity is error or warning');
}

function checkSecret(secret: string): string {
  if (secret !== '' && secret.length <= MAX_SECRET && !/\p{Cc}/u.test(secret)) return secret;
  throw new SettingsError('a secret is one line that is not empty');
}

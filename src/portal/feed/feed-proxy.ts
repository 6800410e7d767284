import { SettingsError } from '../../core/errors.ts';
import { proxyFor, type Environment } from '../../system/proxy-setting.ts';
import type { Store } from '../store.ts';

/** The proxy that leads to the URL of a public feed, or null: direct. @throws SettingsError when it is none */
export type FeedProxy = (url: string) => URL | null;

const PROXY = 'feed_proxy';
const OPTION = '--proxy';

/**
 * Remembers the proxy of public feeds, so that commands beside the server use it.
 * @param given `http://host:port`, `none`, or `environment`: as HTTPS_PROXY and NO_PROXY say
 * @throws SettingsError for anything else, and for one with a password
 */
export function setFeedProxy({ values }: Store, given: string): void {
  const setting = given === 'environment' ? '' : given;
  const proxy = proxyFor('https://feed.invalid', setting, {}, OPTION);
  if (proxy !== null && `${proxy.username}${proxy.password}` !== '') {
    throw new SettingsError(`the option ${OPTION} has a user or a password in it`, {
      remedy:
        'Others would see it in the list of processes: put the proxy into HTTPS_PROXY instead.',
    });
  }
  values.set(PROXY, setting);
}

/** The proxy of public feeds: what {@link setFeedProxy} was given last, else what the environment says. */
export function feedProxy({ values }: Store, environment: Environment): FeedProxy {
  return (url) => proxyFor(url, values.get(PROXY) ?? '', environment, OPTION);
}

import type { Request } from 'express';
import { createRateLimit } from '../../site/rate-limit.ts';
import type { AdminOptions } from '../admin/app.ts';
import { addressOf } from '../admin/login.ts';
import { findApiKey, mayDo } from '../model/api-keys.ts';
import type { ApiKey } from '../tables/api-keys.ts';
import { ApiRefusal } from './problem.ts';
import type { ApiRoute } from './route.ts';

const MINUTE_MS = 60_000;
/** Wrong keys of one address, and requests of one key, a minute. */
const WRONG = { limit: 20, windowMs: MINUTE_MS };
const REQUESTS = { limit: 600, windowMs: MINUTE_MS };

/** Who may: the key of a request, when it is one, may do this, and was not used too often. @throws ApiRefusal */
export type Gate = (request: Request, route: ApiRoute) => ApiKey;

/** The gate of the API. */
export function createGate({ store, clock }: Pick<AdminOptions, 'store' | 'clock'>): Gate {
  const wrong = createRateLimit(clock, WRONG);
  const requests = createRateLimit(clock, REQUESTS);
  return (request, route) => {
    const address = addressOf(request);
    if (!wrong.allows(address)) throw new ApiRefusal(429, 'too many requests with a wrong key');
    const given = /^Bearer ([\w-]{1,100})$/.exec(request.get('authorization') ?? '')?.[1] ?? '';
    const key = findApiKey(store, given, clock.now());
    if (key === null) {
      wrong.count(address);
      throw new ApiRefusal(401, 'this needs an API key: Authorization: Bearer KEY');
    }
    if (!requests.allows(key.name)) throw new ApiRefusal(429, 'too many requests of this key');
    requests.count(key.name);
    if (!mayDo(key, route.scope)) throw new ApiRefusal(403, `the key lacks ${route.scope}`);
    return key;
  };
}

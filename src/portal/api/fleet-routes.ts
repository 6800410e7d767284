import { fleetOf } from '../fleet/fleet.ts';
import { PAGE_QUERY, pageFrom, pageOf } from './page.ts';
import type { ApiRoute } from './route.ts';
import { NUMBER, TEXT, TIME, object, type Schema } from './schema.ts';

const table: Schema = { ...object({ entries: NUMBER, hash: TEXT }), type: ['object', 'null'] };
const maybe: Schema = { type: ['number', 'null'] };
const complaint = object({ code: TEXT, severity: TEXT, message: TEXT, remedy: TEXT });
const device = object({
  ...{ id: TEXT, name: TEXT, policy: { type: ['string', 'null'] } },
  health: { type: 'string', enum: ['fine', 'warning', 'error', 'silent', 'new'] },
  ...{ version: TEXT, platform: TEXT, state: TEXT, serial: maybe, published: maybe },
  match: { type: 'string', enum: ['same', 'behind', 'differs', 'unknown'] },
  ...{ enforced: table, wanted: table, heard: TIME, lastRefresh: TIME, lastUpload: TIME },
  ...{ waitingLines: NUMBER, complaints: { type: 'array', items: complaint } },
});
const counts = object({
  ...{ all: NUMBER, fine: NUMBER, warning: NUMBER, error: NUMBER, silent: NUMBER, new: NUMBER },
});
const page = pageOf(device);

/** `/v1/fleet`. */
export const FLEET_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/fleet', scope: 'fleet:read', status: 200 },
    summary: 'The state of all devices in service, the worst first, and how many there are of each',
    ...{ query: PAGE_QUERY, answer: object({ counts, ...page.properties }) },
    run: (asked) => {
      const fleet = fleetOf(asked.store, asked.clock.now(), asked.listening);
      return { counts: fleet.counts, ...pageFrom(asked, fleet.devices, ({ id }) => id) };
    },
  },
];

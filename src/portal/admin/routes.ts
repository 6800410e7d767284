import type { Page } from './page.ts';
import { endSession, savePassword, showAccount, showPassword } from './pages/account.ts';
import {
  removeAccess,
  saveAllow,
  saveMode,
  showAccess,
  showAllow,
  showMode,
} from './pages/access.ts';
import {
  deleteTarget,
  saveNewMail,
  saveNewWebhook,
  saveTarget,
  sendTest,
  showAddMail,
  showAddWebhook,
  showAlarms,
  showTarget,
} from './pages/alarms.ts';
import { showAudit } from './pages/audit.ts';
import {
  checkDeviceSetting,
  confirmRetire,
  renewKey,
  retire,
  saveDevice,
  saveNewDevice,
  showAddDevice,
  showDevice,
  showDevices,
} from './pages/devices.ts';
import {
  deleteFeed,
  fetchFeed,
  saveFeed,
  saveNewFeed,
  showAddFeed,
  showFeed,
  showFeeds,
} from './pages/feeds.ts';
import { showFleet } from './pages/fleet.ts';
import { deleteKey, saveNewKey, showAddKey, showKeys } from './pages/keys.ts';
import {
  deleteList,
  downloadList,
  saveList,
  saveNewList,
  showAddList,
  showList,
  showLists,
} from './pages/lists.ts';
import { showOverview } from './pages/overview.ts';
import {
  confirmRemovePolicy,
  deletePolicy,
  publish,
  saveNewPolicy,
  savePolicy,
  showAddPolicy,
  showPolicies,
  showPolicy,
  showPreview,
} from './pages/policies.ts';
import { downloadHits, downloadTime, downloadTop, showReports } from './pages/reports.ts';
import {
  deleteServer,
  downloadZone,
  saveNewServer,
  showAddServer,
  showServers,
} from './pages/servers.ts';

/** One address of the admin site, for administrators. GET changes nothing. */
export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly page: Page;
}

const get = (path: string, page: Page): Route => ({ method: 'get', path, page });
const post = (path: string, page: Page): Route => ({ method: 'post', path, page });

/** Every address of the admin site, beside `/login`, `/logout`, `/assets/` and the API. */
export const routes: readonly Route[] = [
  get('/', showOverview),
  get('/fleet', showFleet),

  get('/reports', showReports),
  get('/reports/hits.csv', downloadHits),
  get('/reports/time.csv', downloadTime),
  get('/reports/top-:kind.csv', downloadTop),

  get('/alarms', showAlarms),
  get('/alarms/add-webhook', showAddWebhook),
  post('/alarms/add-webhook', saveNewWebhook),
  get('/alarms/add-mail', showAddMail),
  post('/alarms/add-mail', saveNewMail),
  get('/alarms/:name', showTarget),
  post('/alarms/:name', saveTarget),
  post('/alarms/:name/test', sendTest),
  post('/alarms/:name/remove', deleteTarget),

  get('/devices', showDevices),
  get('/devices/add', showAddDevice),
  post('/devices/add', saveNewDevice),
  post('/devices/check', checkDeviceSetting),
  get('/devices/:id', showDevice),
  post('/devices/:id', saveDevice),
  post('/devices/:id/key', renewKey),
  get('/devices/:id/retire', confirmRetire),
  post('/devices/:id/retire', retire),
  get('/access', showAccess),
  get('/access/mode', showMode),
  post('/access/mode', saveMode),
  get('/access/add', showAllow),
  post('/access/add', saveAllow),
  post('/access/remove', removeAccess),

  get('/policies', showPolicies),
  get('/policies/add', showAddPolicy),
  post('/policies/add', saveNewPolicy),
  get('/policies/:name', showPolicy),
  get('/policies/:name/preview', showPreview),
  post('/policies/:name', savePolicy),
  post('/policies/:name/publish', publish),
  get('/policies/:name/remove', confirmRemovePolicy),
  post('/policies/:name/remove', deletePolicy),

  get('/feeds', showFeeds),
  get('/feeds/add', showAddFeed),
  post('/feeds/add', saveNewFeed),
  get('/feeds/:name', showFeed),
  post('/feeds/:name', saveFeed),
  post('/feeds/:name/fetch', fetchFeed),
  post('/feeds/:name/remove', deleteFeed),

  get('/lists', showLists),
  get('/lists/add', showAddList),
  post('/lists/add', saveNewList),
  get('/lists/:name', showList),
  post('/lists/:name', saveList),
  get('/lists/:name/entries.txt', downloadList),
  post('/lists/:name/remove', deleteList),

  get('/servers', showServers),
  get('/servers/add', showAddServer),
  post('/servers/add', saveNewServer),
  get('/servers/zone.db', downloadZone),
  post('/servers/:name/remove', deleteServer),

  get('/keys', showKeys),
  get('/keys/add', showAddKey),
  post('/keys/add', saveNewKey),
  post('/keys/:name/remove', deleteKey),

  get('/audit', showAudit),

  get('/account', showAccount),
  post('/account/end', endSession),
  get('/account/password', showPassword),
  post('/account/password', savePassword),
];

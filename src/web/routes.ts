import type { Page } from './page.ts';
import { downloadSupport, showActivity } from './pages/activity-show.ts';
import { showCharts } from './pages/charts-show.ts';
import { addDevice, checkAddField, showAddForm } from './pages/device-add.ts';
import { confirmRemoval, removeDevice } from './pages/device-remove.ts';
import { addExemption, revokeExemption } from './pages/exemption-add.ts';
import { showHit } from './pages/hit-show.ts';
import { exportHits } from './pages/hits-export.ts';
import { showHits } from './pages/hits-show.ts';
import { raiseLimit } from './pages/limit-raise.ts';
import { checkPassword, closeLogin, openLogin } from './pages/login-open.ts';
import { sendLogs } from './pages/logs-send.ts';
import { showLookup } from './pages/lookup-show.ts';
import { showOverview } from './pages/overview-show.ts';
import { acceptPolicy } from './pages/policy-accept.ts';
import { showPolicy } from './pages/policy-show.ts';
import { planPolicy, updatePolicy } from './pages/policy-update.ts';
import { confirmProtection } from './pages/protection-confirm.ts';
import { disableProtection } from './pages/protection-disable.ts';
import { enableProtection } from './pages/protection-enable.ts';
import { verifyProtection } from './pages/protection-verify.ts';
import { showRecent } from './pages/recent-show.ts';
import { checkSetting, saveSettings, showSettings } from './pages/settings-edit.ts';
import { switchSample } from './pages/sample-switch.ts';
import { revokeSession, revokeSessions, showSessions } from './pages/sessions-show.ts';
import { showStatus } from './pages/status-show.ts';
import { showTask } from './pages/task-show.ts';
import { showWidget } from './pages/widget-show.ts';

/** One address of the page. GET changes nothing, except that a login link is used up. */
export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly page: Page;
  /**
   * `visitor`: with a session (standalone) or a user named by the relay. `link`: without, standalone only.
   * `session`: with a session, standalone only.
   */
  readonly access: 'visitor' | 'link' | 'session';
}

/** Every address of the page, beside `/assets/`. */
export const routes: readonly Route[] = [
  { method: 'get', path: '/', page: showOverview, access: 'visitor' },
  { method: 'get', path: '/status', page: showStatus, access: 'visitor' },
  { method: 'get', path: '/task', page: showTask, access: 'visitor' },
  { method: 'get', path: '/overview/hits', page: showCharts, access: 'visitor' },
  { method: 'get', path: '/overview/activity', page: showRecent, access: 'visitor' },
  { method: 'get', path: '/widget', page: showWidget, access: 'visitor' },
  { method: 'get', path: '/hits', page: showHits, access: 'visitor' },
  { method: 'get', path: '/hits/export.csv', page: exportHits, access: 'visitor' },
  { method: 'get', path: '/hit', page: showHit, access: 'visitor' },
  { method: 'get', path: '/lookup', page: showLookup, access: 'visitor' },
  { method: 'get', path: '/policy', page: showPolicy, access: 'visitor' },
  { method: 'get', path: '/settings', page: showSettings, access: 'visitor' },
  { method: 'post', path: '/settings', page: saveSettings, access: 'visitor' },
  { method: 'post', path: '/settings/check', page: checkSetting, access: 'visitor' },
  { method: 'get', path: '/activity', page: showActivity, access: 'visitor' },
  { method: 'get', path: '/activity/support.json', page: downloadSupport, access: 'visitor' },

  { method: 'post', path: '/protection/enable', page: enableProtection, access: 'visitor' },
  { method: 'post', path: '/protection/confirm', page: confirmProtection, access: 'visitor' },
  { method: 'post', path: '/protection/disable', page: disableProtection, access: 'visitor' },
  { method: 'post', path: '/protection/verify', page: verifyProtection, access: 'visitor' },
  { method: 'post', path: '/policy/update', page: updatePolicy, access: 'visitor' },
  { method: 'post', path: '/policy/plan', page: planPolicy, access: 'visitor' },
  { method: 'post', path: '/policy/accept', page: acceptPolicy, access: 'visitor' },
  { method: 'post', path: '/logs/send', page: sendLogs, access: 'visitor' },

  { method: 'post', path: '/limit/raise', page: raiseLimit, access: 'visitor' },
  { method: 'post', path: '/exemptions/add', page: addExemption, access: 'visitor' },
  { method: 'post', path: '/exemptions/revoke', page: revokeExemption, access: 'visitor' },
  { method: 'post', path: '/sample', page: switchSample, access: 'visitor' },

  { method: 'get', path: '/device/add', page: showAddForm, access: 'visitor' },
  { method: 'post', path: '/device/add', page: addDevice, access: 'visitor' },
  { method: 'post', path: '/device/add/check', page: checkAddField, access: 'visitor' },
  { method: 'get', path: '/device/remove', page: confirmRemoval, access: 'visitor' },
  { method: 'post', path: '/device/remove', page: removeDevice, access: 'visitor' },

  { method: 'get', path: '/login', page: openLogin, access: 'link' },
  { method: 'post', path: '/login', page: checkPassword, access: 'link' },
  { method: 'get', path: '/sessions', page: showSessions, access: 'session' },
  { method: 'post', path: '/sessions/revoke', page: revokeSession, access: 'session' },
  { method: 'post', path: '/sessions/revoke-all', page: revokeSessions, access: 'session' },
  { method: 'post', path: '/logout', page: closeLogin, access: 'session' },
];

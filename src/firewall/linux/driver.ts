/**
 * The firewall of Linux: the policy in sets of ipset(8), met by the chain ThreatSTOP of iptables(8).
 * Sets and rules are ours by name; nothing else of the host is changed.
 */
import { FirewallError } from '../../core/errors.ts';
import type { FirewallDriver } from '../../core/ports.ts';
import { applyPolicy, planPolicy } from './apply.ts';
import { readHostRules, whyFailing } from './back-end.ts';
import { forgetBridgeFilter, loadBridgeFilter } from './bridge.ts';
import { conntrack } from './commands.ts';
import { cutFlows } from './connections.ts';
import { TABLES } from './held-tables.ts';
import {
  noteBeforeChange,
  openHost,
  optionsOrNull,
  type LinuxHost,
  type LinuxPorts,
} from './host.ts';
import { knownPrefixes } from './prefixes.ts';
import { disableRules, dropMadeTables, enableRules } from './rule-store.ts';
import { allNames, requirePrefix, setName, setRoles } from './set-names.ts';
import { strangersAmong } from './set-store.ts';
import { verifyHost } from './verify.ts';

/** Makes the driver. Nothing is touched before it is asked to. */
export function createLinuxDriver(ports: LinuxPorts): FirewallDriver {
  const host = openHost(ports);
  return {
    name: 'linux',
    dryRun: false,
    plan: (wanted) => planPolicy(host, wanted),
    apply: (plan) => applyPolicy(host, plan),
    verify: ({ maxAgeMs = 0 } = {}) => verifyHost(host, maxAgeMs),
    async cutConnections(added) {
      // Where conntrack is missing, verify() says so.
      if ((await whyFailing(host.find, conntrack.version)) !== null) return 0;
      return cutFlows(host.run, added);
    },
    // A set is made as large as the policy needs (maxelem); memory is checked by the plan.
    raiseTableLimit: () => Promise.resolve({ before: null, after: null }),
    enable: () => enable(host),
    disable: () => disableRules(host),
    remove: () => remove(host),
  };
}

async function enable(host: LinuxHost): Promise<void> {
  const options = await host.readOptions();
  requirePrefix(options.prefix);
  await requireSets(host, options.prefix);
  await noteBeforeChange(host, options.prefix);
  await enableRules(host, options);
  if (options.loadBridgeFilter) await loadBridgeFilter(host.run, host.places.bridge);
  await dropFormerSets(host, options.prefix);
}

async function requireSets(host: LinuxHost, prefix: string): Promise<void> {
  const existing = new Set((await host.sets.headers()).map(({ name }) => name));
  const missing = setRoles
    .map((role) => setName(prefix, role))
    .filter((name) => !existing.has(name));
  if (missing.length === 0) return;
  throw new FirewallError(
    `there is nothing to enforce: the set ${missing.join(', ')} does not exist`,
    {
      remedy: 'Run "tsadmin update" to load the policy.',
    },
  );
}

/** Sets from before tsprefix was changed. One that is in use stays, and is tried again the next time. */
async function dropFormerSets(host: LinuxHost, prefix: string): Promise<void> {
  const former = (await host.marks.read())?.prefixes.filter((other) => other !== prefix) ?? [];
  if (former.length === 0) return;
  try {
    for (const other of former) await destroySets(host, other);
    await host.marks.keepPrefix(prefix);
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
  }
}

async function remove(host: LinuxHost): Promise<void> {
  const rules = await readHostRules(host);
  const prefixes = await knownPrefixes(host, await optionsOrNull(host), rules);
  await disableRules(host);
  for (const prefix of prefixes) await destroySets(host, prefix);
  await dropMadeTables(host, (await host.marks.read())?.tables ?? []);
  await forgetBridgeFilter(host.run, host.places.bridge);
  for (const table of TABLES) await host.known.forget(table);
  await host.marks.clear();
}

async function destroySets({ sets }: LinuxHost, prefix: string): Promise<void> {
  const strangers = strangersAmong(await sets.headers(), prefix).map(({ name }) => name);
  await sets.destroy(allNames(prefix).filter((name) => !strangers.includes(name)));
}

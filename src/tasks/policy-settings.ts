/** What the settings say about a policy: which lists, and how they become tables. */
import type { Settings } from '../config/options.ts';
import { PolicyError } from '../core/errors.ts';
import type { CompileOptions, GuardedPrefix } from '../core/policy.ts';
import type { SanityOptions } from '../core/policy-sanity.ts';
import type { PolicyRecord, PolicyRequest } from '../core/ports.ts';

/** The lists to read. @throws PolicyError when none is set */
export function requestOf(settings: Settings): PolicyRequest {
  if (settings.block_list.length === 0 && settings.allow_list.length === 0) {
    throw new PolicyError('no list is set', {
      remedy: 'Set block_list, on the portal or with "tsadmin config set block_list=…".',
    });
  }
  return { blockLists: settings.block_list, allowLists: settings.allow_list };
}

/**
 * The settings the tables depend on, as text: with others, even the same version is another policy. So is the same serial
 * of another service. What is guarded is recorded apart: it changes by itself.
 */
export function compiledWith(settings: Settings): string {
  const { policy_source, dns_server, port, block_list, allow_list } = settings;
  const { maxpolicysize, compact, widest_block_v4, widest_block_v6 } = settings;
  return JSON.stringify({
    ...{ policy_source, dns_server, port, block_list, allow_list },
    ...{ maxpolicysize, compact, widest_block_v4, widest_block_v6 },
  });
}

/** Whether a policy came from the service that the settings name: only then do its serials follow each other. */
export function isSameService(
  policy: Pick<PolicyRecord, 'compiledWith'>,
  { policy_source, dns_server, port }: Settings,
): boolean {
  const made = JSON.parse(policy.compiledWith) as Partial<Settings>;
  const here = [policy_source, dns_server, port];
  return JSON.stringify([made.policy_source, made.dns_server, made.port]) === JSON.stringify(here);
}

/** How lists become tables. */
export function compileOptions(
  settings: Settings,
  guard: readonly GuardedPrefix[],
): CompileOptions {
  return {
    maxPolicySize: settings.maxpolicysize,
    compact: settings.compact,
    maxWidth4: settings.widest_block_v4,
    maxWidth6: settings.widest_block_v6,
    guard,
  };
}

/** When a new policy looks wrong. */
export function sanityOptions(settings: Settings): SanityOptions {
  return {
    shrinksBelow: settings.policy_shrink / 100,
    growsAbove: settings.policy_growth / 100,
  };
}

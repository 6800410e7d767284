/** Which options of the table a platform has, and which people may set by command. */
import { platformHas } from '../config/option-platforms.ts';
import { UsageError } from '../core/errors.ts';
import { maySet, optionNames, options, type OptionName } from '../config/options.ts';
import { platformNames, type PlatformName } from './context.ts';

/** @throws UsageError when the platform does not have the option */
export function requirePlatform(platform: PlatformName, name: OptionName): void {
  if (platformHas(platform, name)) return;
  const others = platformNames.filter((other) => other !== 'dry-run' && platformHas(other, name));
  throw new UsageError(
    `${name}: there is no such setting on ${platform}, only on ${others.join(' and ')}`,
  );
}

/** Names of the options people may set by command; `enabled` belongs to enable and disable. */
export const settableNames: readonly OptionName[] = optionNames.filter(
  (name) => name !== 'enabled' && maySet('local', name),
);

/** Whether an option is a yes/no switch. */
export function isFlag(name: OptionName): boolean {
  return typeof options[name].default === 'boolean';
}

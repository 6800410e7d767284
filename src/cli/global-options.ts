/** The switches every command takes, before or after its name. */
import { UsageError } from '../core/errors.ts';
import type { CommandOptions, CommandValues } from './command.ts';
import {
  platformNames,
  type AgentLocation,
  type CliContext,
  type PlatformName,
} from './context.ts';

/** The switches themselves. */
export const globalOptions = {
  root: {
    type: 'string',
    argument: 'DIR',
    description: 'Put DIR before every path of the host. Default: TS_ROOT, else /.',
  },
  platform: {
    type: 'string',
    argument: 'NAME',
    choices: platformNames,
    description: `The platform: ${platformNames.join(', ')}. Default: TS_PLATFORM, else detected.`,
  },
  json: {
    type: 'boolean',
    description: 'Print one JSON object instead of text. Nothing is asked.',
  },
  help: { type: 'boolean', short: 'h', description: 'Print the help text of the command.' },
} as const satisfies CommandOptions;

/** What is asked when no switch names the device. */
export type LocationSources = Pick<CliContext, 'environment' | 'detectPlatform'>;

/**
 * The device the switches and the environment name.
 * @throws UsageError for an unknown platform or an empty root
 */
export function locate(context: LocationSources, values: CommandValues): AgentLocation {
  const root = givenRoot(values['root'], context.environment['TS_ROOT']);
  return { root, platform: givenPlatform(context, values['platform'], root) };
}

function givenRoot(option: string | boolean | undefined, variable: string | undefined): string {
  if (option === '') throw new UsageError('--root: a folder is missing');
  const path = process.getBuiltinModule('node:path');
  if (typeof option === 'string') return path.resolve(option);
  return path.resolve(variable === undefined || variable === '' ? '/' : variable);
}

function givenPlatform(
  context: LocationSources,
  option: string | boolean | undefined,
  root: string,
): PlatformName {
  if (typeof option === 'string') return knownPlatform('--platform', option);
  const variable = context.environment['TS_PLATFORM'];
  if (variable !== undefined && variable !== '') return knownPlatform('TS_PLATFORM', variable);
  return context.detectPlatform(root);
}

function knownPlatform(origin: string, name: string): PlatformName {
  const found = platformNames.find((one) => one === name);
  if (found !== undefined) return found;
  throw new UsageError(`${origin}: there is no platform ${JSON.stringify(name.slice(0, 40))}`, {
    remedy: `Use ${platformNames.join(', ')}.`,
  });
}

/**
 * `ts-service [--root DIR] [--platform NAME] [--restore]`: the resident agent, its page on a Unix socket; or, for the time
 * before there is a network, only what was in force last.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { globalOptions, locate } from '../cli/global-options.ts';
import { traceToSources } from '../system/source-lines.ts';
import { exitOnFailure } from './exit-on-failure.ts';
import { detectPlatform } from './detect-platform.ts';
import { platformOf } from './platforms.ts';
import { restore } from './restore.ts';
import { startService } from './serve.ts';
import { untilStopped } from './until-stopped.ts';

traceToSources(new URL('source-lines.json', import.meta.url));

await exitOnFailure('ts-service', async () => {
  const stopped = untilStopped();
  const { root: rootOption, platform: platformOption } = globalOptions;
  const { values } = parseArgs({
    options: {
      root: { type: rootOption.type },
      platform: { type: platformOption.type },
      restore: { type: 'boolean' },
    },
  });
  const location = locate({ environment: process.env, detectPlatform }, values);
  if (values.restore === true) {
    process.stderr.write(`ts-service: ${await restore(location)}\n`);
    return;
  }
  const { paths } = platformOf(location.platform, location.root);
  await mkdir(dirname(paths.socket), { recursive: true });
  const service = await startService(location, { socketPath: paths.socket });
  process.stderr.write(`ts-service: the page is on ${service.address}\n`);
  await stopped;
  await service.stop();
});

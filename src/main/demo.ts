/**
 * The embedded default (`make run`, `npm start`): portal, agent and page on this machine as a dry run. The agent is
 * linked to the portal by `tsadmin add`, as a person would do it. All it writes is below one folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError } from '../core/errors.ts';
import { createPortal, type Portal } from '../portal/portal.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';
import { streamLog } from '../system/log.ts';
import { systemClock } from '../system/clock.ts';
import { exitOnFailure } from './exit-on-failure.ts';
import { platformOf } from './platforms.ts';
import { createSampleTraffic, type SamplePlaces } from './sample-traffic.ts';
import { startService } from './serve.ts';
import { untilStopped } from './until-stopped.ts';

const CHECKOUT = new URL('../../', import.meta.url);

/** Short intervals, so that a newcomer sees things happen. */
const DEMO_DEVICE = {
  nickname: 'demo',
  settings: {
    policy_interval: '30',
    settings_interval: '30',
    upload_interval: '30',
    collect_interval: '5',
  },
};

await exitOnFailure('demo', async () => {
  const stopped = untilStopped();
  const root = resolve(process.env['TS_ROOT'] ?? fileURLToPath(new URL('.run', CHECKOUT)));
  const log = streamLog(process.stderr, () => systemClock.now());
  const portal = await createPortal({
    stateDir: join(root, 'portal'),
    environment: process.env,
    log,
  });
  await linkAgent(root, portal);
  const location = { root, platform: 'dry-run' } as const;
  const sample = createSampleTraffic(samplePlaces(root), Math.random, () => systemClock.now());
  const service = await startService(location, { host: '127.0.0.1', port: 0 }, sample);
  process.stdout.write(`Dry run: the kernel is not touched; everything is written below ${root}\n`);
  process.stdout.write(`Page (log in once with this link): ${service.loginLink()}\n`);
  await stopped;
  sample.stop();
  await service.stop();
  await portal.close();
});

function samplePlaces(root: string): SamplePlaces {
  return {
    log: join(root, 'var/log/filter.log'),
    table: join(platformOf('dry-run', root).paths.tables, 'ThreatSTOP_block.txt'),
  };
}

/** The key goes through a file: it must not be seen in the list of processes. */
async function linkAgent(root: string, portal: Portal): Promise<void> {
  const device = portal.devices()[0] ?? portal.addDevice(DEMO_DEVICE);
  const autoKey = portal.store.devices.keyOf(device.id) ?? '';
  const keyFile = join(root, 'demo.key');
  await mkdir(join(root, 'var/log'), { recursive: true });
  await writeFileAtomic(keyFile, `${autoKey}\n`);
  const { settings } = portal.addresses;
  try {
    await runTsadmin([
      'add',
      ...['--root', root, '--platform', 'dry-run', '--silent', '--type=auto'],
      `--device_id=${device.id}`,
      `--auto_key=@${keyFile}`,
      `--settings_server=${settings.host}`,
      `--settings_port=${settings.port}`,
      `--portal_pin=${portal.pin}`,
    ]);
  } finally {
    await removeFile(keyFile);
  }
}

async function runTsadmin(args: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL('bin/tsadmin', CHECKOUT));
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  throw new HostError('linking the agent to the portal: "tsadmin add" failed (see above)');
}

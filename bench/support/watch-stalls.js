/**
 * Loaded into the service by `node --import`: on SIGUSR2 writes to the file STALLS_TO how long the event loop was held up
 * at most, how much processor time its thread took between two turns at most (on a busy machine it waits for the
 * processor as well) and how much memory the process had at most since the last time (Linux), and begins anew.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

let cpu = process.threadCpuUsage();
let busiestMs = 0;
setInterval(() => {
  const now = process.threadCpuUsage();
  busiestMs = Math.max(busiestMs, (now.user - cpu.user + now.system - cpu.system) / 1000);
  cpu = now;
}, 1).unref();

process.on('SIGUSR2', () => {
  const { rss } = process.memoryUsage();
  const [, peak] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'));
  const stalls = { stallMs: delays.max / 1e6, busiestMs };
  const memory = { rssMb: rss / 2 ** 20, peakMb: peak / 1024 };
  const file = process.env.STALLS_TO;
  writeFileSync(`${file}.part`, JSON.stringify({ ...stalls, ...memory }));
  renameSync(`${file}.part`, file);
  delays.reset();
  busiestMs = 0;
  writeFileSync('/proc/self/clear_refs', '5');
});

/**
 * Loaded into the service by `node --import`: on SIGUSR2 writes to the file STALLS_TO how long the event loop was held up
 * at most and how much memory the process had at most since the last time (Linux), and begins anew.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

process.on('SIGUSR2', () => {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const [, peak] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'));
  const seen = { stallMs: delays.max / 1e6, rssMb: mega(rss), peakMb: peak / 1024 };
  const heap = {
    heapMb: mega(heapUsed),
    externalMb: mega(external),
    buffersMb: mega(arrayBuffers),
  };
  const file = process.env.STALLS_TO;
  writeFileSync(`${file}.part`, JSON.stringify({ ...seen, ...heap }));
  renameSync(`${file}.part`, file);
  delays.reset();
  writeFileSync('/proc/self/clear_refs', '5');
});

function mega(bytes) {
  return bytes / 2 ** 20;
}

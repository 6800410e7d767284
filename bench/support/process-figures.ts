/** Figures of the process that calls this. */
import { readFileSync } from 'node:fs';

/** Peak memory so far, MB. The kernel's `maxrss` counts the parent's memory of before the program was loaded; this one does not. */
export function peakMb(): number {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Ends with the longest time between two turns of the event loop, milliseconds. */
export function watchStalls(): () => number {
  const turns = watchTurns();
  return () => turns().stallMs;
}

/** The longest turns of the event loop, milliseconds. */
export interface Turns {
  /** By the clock: also what other programs of the machine took. */
  readonly stallMs: number;
  /** Of work of this thread. */
  readonly busyMs: number;
}

/** Ends with the longest turns since it was called. */
export function watchTurns(): () => Turns {
  const longest = { stallMs: 0, busyMs: 0 };
  let [time, work] = [performance.now(), workMs()];
  const timer = setInterval(turn, 1);
  function turn(): void {
    const [timeNow, workNow] = [performance.now(), workMs()];
    longest.stallMs = Math.max(longest.stallMs, timeNow - time);
    longest.busyMs = Math.max(longest.busyMs, workNow - work);
    [time, work] = [timeNow, workNow];
  }
  return () => {
    turn();
    clearInterval(timer);
    return longest;
  };
}

function workMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

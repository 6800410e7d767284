import type { Clock } from '../../src/core/ports.ts';

/** A clock that stands still until it is told to go on. `sleep` moves it and returns at once. */
export class TestClock implements Clock {
  time: number;

  constructor(time = Date.UTC(2026, 10, 20, 12)) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  sleep(delayMs: number): Promise<void> {
    this.time += delayMs;
    return new Promise((resolve) => setImmediate(resolve));
  }
}

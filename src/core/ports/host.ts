/**
 * The host: time, locks, the program's own log, open problems.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { TaskName } from './records.ts';

/** The time, so that tests can set it. */
export interface Clock {
  now(): number;
  /** Resolves after `delayMs`, or at once when the signal is aborted. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Something that keeps the device from protecting or reporting as it should. Shown until it is gone. */
export interface Problem {
  /** Stable word for programs, e.g. `table-too-small`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong, with the values. One sentence. */
  readonly message: string;
  /** What to do. One sentence, or empty. */
  readonly remedy: string;
  /** Number of table entries that would end it: see `FirewallDriver.raiseTableLimit`. */
  readonly raiseTo?: number;
}

/** How far a task is, for people. */
export interface ProgressStep {
  /** What is being done, in words without an end: `fetching basic.threatstop.local`. */
  readonly step: string;
  /** How much of it, of how much; null where nobody knows. */
  readonly done: number | null;
  readonly total: number | null;
}

/** A task that is running now. Plain data. */
export interface Progress extends ProgressStep {
  readonly task: TaskName;
  readonly started: number;
}

/** Tells the next step of a task. Cheap: may be called for each of thousands of parts. */
export type Report = (step: string, done?: number, total?: number) => void;

/** Where the platform shows problems to the administrator outside of our page. */
export interface Notices {
  /** Shows the problem, also where nobody asks. @throws HostError */
  show(problem: Problem): Promise<void>;
  /** Takes the notice of a code back, where the platform can. @throws HostError */
  withdraw(code: string): Promise<void>;
}

/** Codes of the problems that were shown as a {@link Notices} and are still open. */
export interface NoticeStore {
  save(codes: readonly string[]): void;
  load(): readonly string[];
}

/** When the service will run a task next, and whether it runs at all. */
export interface Schedule {
  /** Notes the time of the next run; also tells other processes that the service is alive. */
  planned(task: TaskName, at: number): void;
  next(task: TaskName): number | null;
  /** Marks the service as alive now. */
  beat(now: number): void;
  /** The last beat, or null. */
  lastBeat(): number | null;
  /** Forgets all of it (the service ended). */
  clear(): void;
}

/**
 * What is guarded: `update` = reading a policy (may take minutes of network), `firewall` = changing tables, rules or
 * settings (short, so that "disable" never waits for a network), `hits` = reading the log and uploading, `portal` =
 * serving a self-hosted portal from its own folder.
 */
export type LockName = 'update' | 'firewall' | 'hits' | 'portal';

/** Keeps tasks of all processes of the host out of each other's way. */
export interface RunLock {
  /**
   * Runs `work` while holding the lock. The lock ends with the process, however it ends.
   * @param what names the holder to others
   * @throws BusyError naming the holder when it is not free within `waitMs`.
   */
  hold<T>(name: LockName, what: string, waitMs: number, work: () => Promise<T>): Promise<T>;
  /**
   * Ends the process that holds the lock (SIGKILL), with the programs it started; for the one task that must not wait for
   * one that hangs. Never this process, and none that cannot be told for certain.
   */
  endHolder(name: LockName): Promise<EndedHolder>;
}

/** Who held a lock. */
export interface EndedHolder {
  /** As {@link RunLock.hold} was told, with the process; `unknown` when nobody says so. */
  readonly name: string;
  /** False: it is this process, or it is not known for certain, or this user may not end it. */
  readonly ended: boolean;
}

/** The program's own log: one line an event. Never gets a secret. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

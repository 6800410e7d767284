/**
 * What can keep a device from working, and how its host is looked at.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */

/** What was found of one prerequisite. */
export interface Finding {
  /** What was looked at, e.g. `Policy service`. */
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'error';
  /** What was seen, with the values. */
  readonly message: string;
  /** What to do. One sentence, or empty. */
  readonly remedy: string;
}

/** A look at the host; nothing is changed. */
export interface HostProbe {
  /** Version of Node, e.g. `v24.21.0`. */
  readonly nodeVersion: string;
  /** Numeric user; null where the system has none. */
  readonly userId: number | null;
  /** The process may change the firewall without being root (CAP_NET_ADMIN of Linux). */
  readonly hasNetAdmin: boolean;
  /** Where database and policies are kept. */
  readonly stateFolder: string;
  /** Room for this user in the file system of a folder. @throws HostError */
  freeBytes(folder: string): Promise<number>;
  /** Whether the clock follows a time server; null: no program tells. */
  isTimeSynced(): Promise<boolean | null>;
  /** Null when there is no such file. @throws HostError when it cannot be read */
  fileState(path: string): Promise<{ readonly size: number; readonly changed: number } | null>;
}

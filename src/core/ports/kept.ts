/** One value of the agent that outlives the process and is seen by every other one. */
export interface Kept<Value> {
  save(value: Value): void;
  /** Null when nothing is kept. */
  load(): Value | null;
  clear(): void;
}

/** Whether a signal was given. Asked by a call, as it changes while something is awaited, which the compiler does not see. */
export function isStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}

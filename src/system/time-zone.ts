/** Minutes the host's local time is ahead of UTC at a moment (ms since 1970). */
export function hostZoneOffset(time: number): number {
  return -new Date(time).getTimezoneOffset();
}

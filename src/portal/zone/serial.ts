/** The next serial: today's first in the form YYYYMMDDnn (RFC 1912 §2.2), or one more than before. */
export function nextSerial(before: number, now: number): number {
  const today = Number(new Date(now).toISOString().slice(0, 10).replaceAll('-', '')) * 100;
  return Math.max(before + 1, today);
}

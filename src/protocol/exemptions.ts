/** The exemptions of a device as it tells them to the portal (docs/protocol.md, 6). */
import { FormatError } from '../core/errors.ts';
import type { AppliedExemption, ExemptionReport } from '../core/ports.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';

/** An exemption as it was told. */
export interface ToldExemption extends AppliedExemption {
  /** When it ends, milliseconds since 1970; null: never. */
  readonly until: number | null;
}

/** A report that was read. */
export interface ReadReport {
  readonly deviceId: string;
  readonly exemptions: readonly ToldExemption[];
}

/** More are refused. */
const MOST_TOLD = 1_000;

/** @throws FormatError saying what is wrong */
export function decodeExemptions(text: string): ReadReport {
  const report = objectOf(parse(text)) as Partial<ExemptionReport>;
  const { device_id: deviceId, exemptions } = report;
  if (typeof deviceId !== 'string') throw new FormatError('the report has no device_id');
  if (!Array.isArray(exemptions)) throw new FormatError('the report has no list of exemptions');
  if (exemptions.length > MOST_TOLD) {
    throw new FormatError(`the report has more than ${MOST_TOLD} exemptions`);
  }
  return { deviceId, exemptions: exemptions.map(readOne) };
}

function readOne(value: unknown): ToldExemption {
  const { action, prefix, until } = objectOf(value);
  if (action !== 'allow' && action !== 'block') throw new FormatError('action: allow or block');
  if (typeof prefix !== 'string') throw new FormatError('an exemption has no prefix');
  return { action, prefix: formatPrefix(parsePrefix(prefix)), until: readTime(until) };
}

function readTime(value: unknown): number | null {
  if (value === null) return null;
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw new FormatError('until: a time (RFC 3339) or null');
  return time;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new FormatError('the report is not as documented: an object is missing');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FormatError('the report is not JSON', { cause });
  }
}

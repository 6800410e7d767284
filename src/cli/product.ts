/** Names and the opening line of the program, as the product's documents show them. */
import type { PlatformName } from './context.ts';

const PRODUCTS: Readonly<Record<PlatformName, string>> = {
  pfsense: 'ts-pfsense',
  'dry-run': 'ts-pfsense',
  linux: 'ts-iptables',
  openbsd: 'ts-pf',
};

/** Name of the package on a platform. */
export function productOf(platform: PlatformName): string {
  return PRODUCTS[platform];
}

/** The opening line: `        ThreatSTOP ts-pfsense version starting @ Wed Oct  2 22:34:35 2019`. */
export function banner(product: string, command: string, now: number): string {
  return `        ThreatSTOP ${product} ${command} starting @ ${asctime(now)}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Local time as asctime(3) writes it, the day padded with a blank. */
export function asctime(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const day = String(date.getDate()).padStart(2, ' ');
  return `${DAYS[date.getDay()] ?? ''} ${MONTHS[date.getMonth()] ?? ''} ${day} ${clock} ${date.getFullYear()}`;
}

/** Local time as date(1) writes it: `Fri Aug 12 07:42:05 PDT 2016`. */
export function dateText(time: number): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time);
  const zone = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  return asctime(time).replace(/(\d{4})$/, `${zone} $1`);
}

import { parseTable } from '../../src/core/prefix-text.ts';
import type { Log } from '../../src/core/ports.ts';
import { createPortal, type Portal, type PortalOptions } from '../../src/portal/portal.ts';

/** Collects what a program logs. */
export class TestLog implements Log {
  readonly lines: string[] = [];
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
}

/** The lists of a test's portal: two addresses to block, one to allow. */
export const TEST_LISTS = new Map([
  ['basic.threatstop.local', parseTable(Buffer.from('64.87.3.133\n192.0.2.1\n'))],
  ['dns.threatstop.local', parseTable(Buffer.from('9.9.9.9\n'))],
]);

/** A portal on loopback with {@link TEST_LISTS}; the caller closes it. */
export function startPortal(
  stateDir: string,
  options: Partial<PortalOptions> = {},
): Promise<Portal> {
  return createPortal({ stateDir, log: new TestLog(), starterLists: TEST_LISTS, ...options });
}

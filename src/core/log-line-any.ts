/** The line of a firewall log, of whichever kind. */
import { parseKernelLine, type KernelPacket } from './log-line-kernel.ts';
import { parsePflogLine } from './log-line-pflog.ts';
import { parseLogLine } from './log-line.ts';

/** The packet of a line (without its newline); null when it is none. Never throws, whatever the line holds. */
export function parseAnyLine(line: string): KernelPacket | null {
  return parseLogLine(line) ?? parseKernelLine(line) ?? parsePflogLine(line);
}

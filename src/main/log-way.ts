/** How lines about dropped packets get from the kernel of a Linux to the agent. */
import { existsSync } from 'node:fs';
import type { Settings } from '../config/options.ts';

/**
 * `file`: a syslog daemon writes `log_file`. `journal`: systemd keeps them. `nflog`: the rules hand the packets to
 * ulogd (`ts-nflog.service`), which writes the file of the package in the format of the kernel.
 */
export type LogWay = 'file' | 'journal' | 'nflog';

const SYSLOG_DAEMONS = ['/usr/sbin/rsyslogd', '/usr/sbin/syslog-ng'];
const JOURNAL = '/run/systemd/journal';
const ULOGD = '/usr/sbin/ulogd';
/** Where the kernel tells of connections; only the network namespace it starts with has the second one in it. */
const NETFILTER = '/proc/sys/net/netfilter';
const FIRST_NAMESPACE = `${NETFILTER}/nf_log_all_netns`;

/**
 * The way as set; `auto` takes the first that is there. In a container the kernel's log is silent (`nf_log_all_netns`), so
 * there ulogd comes first.
 * @param has whether a file is on this host
 */
export function logWayOf(
  { log_source: wanted }: Pick<Settings, 'log_source'>,
  has: (path: string) => boolean = existsSync,
): LogWay {
  if (wanted !== 'auto') return wanted;
  if (isContainer(has) && has(ULOGD)) return 'nflog';
  if (SYSLOG_DAEMONS.some(has)) return 'file';
  if (has(JOURNAL)) return 'journal';
  return has(ULOGD) ? 'nflog' : 'file';
}

/** Whether the kernel's log tells nothing of this host, unless `nf_log_all_netns` is set outside of it. */
export function isContainer(has: (path: string) => boolean = existsSync): boolean {
  return has(NETFILTER) && !has(FIRST_NAMESPACE);
}

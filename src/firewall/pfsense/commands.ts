/** The commands that only pfSense has, as argv. */
import { PFCTL, type Argv } from '../pf/commands.ts';

/** How many entries the kernel takes in one request. */
export const SHOW_REQUEST_LIMIT: Argv = ['/sbin/sysctl', '-n', 'net.pf.request_maxcount'];

/** The loaded rules with their numbers; shows trackers up to pfSense 2.5. */
export const SHOW_NUMBERED_RULES: Argv = [PFCTL, '-vvsr'];

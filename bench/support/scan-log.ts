/** `node scan-log.ts LOG`: counts the lines of our rules with the agent's own code; prints count and peak RSS in MB. */
import { matchTrackers, parseTrackerRange } from '../../src/core/log-line-match.ts';
import { scanLines } from '../../src/core/log-line-scan.ts';
import type { LogPosition } from '../../src/core/ports.ts';
import { openLog } from '../../src/logs/open-log.ts';

const [, , path = ''] = process.argv;
const log = openLog(path, { startAt: 'beginning' });
const matcher = matchTrackers([parseTrackerRange('1770000101-1770000199')]);
let count = 0;
let position: LogPosition | null = null;
// The first read of plain files only finds the begin.
for (let reads = 0; reads < 2; reads += 1) {
  for await (const { bytes, next } of log.read(position)) {
    position = next;
    scanLines(bytes, matcher, () => {
      count += 1;
    });
  }
}
console.log(`${count} ${Math.round(process.resourceUsage().maxRSS / 1024)}`);

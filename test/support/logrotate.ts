import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

/** Rotates a log once with the real logrotate. @param directives e.g. `copytruncate`, one a line */
export function runLogrotate(path: string, directives: string): void {
  const configuration = `${path}-logrotate.conf`;
  const text = `${path} {\nrotate 40\nsu root root\n${directives}\n}\n`;
  writeFileSync(configuration, text, { mode: 0o644 });
  execFileSync('logrotate', ['--force', '--state', `${path}-logrotate.state`, configuration], {
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  });
  rmSync(configuration);
}

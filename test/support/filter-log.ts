/** A filter log as syslogd and newsyslog write and rotate it, with real files and the real compressors. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LogGap, LogPosition, LogSource } from '../../src/core/ports.ts';

/** Programs that compress, by the extension they make. */
export const COMPRESSORS = { bz2: 'bzip2', gz: 'gzip', xz: 'xz', zst: 'zstd' } as const;
export type Extension = keyof typeof COMPRESSORS;

/** A line of one of our rules; `number` makes it unlike any other. */
export function hitLine(number: number): string {
  const seconds = String(number % 60).padStart(2, '0');
  return `Nov 20 03:04:${seconds} fw filterlog[3]: 6,,,1770000101,em0,match,block,in,4,0x0,,51,${number},0,none,17,udp,60,192.0.2.1,203.0.113.7,5,53,40`;
}

/** A line of another rule. */
export function otherLine(number: number): string {
  return hitLine(number).replace('1770000101', '1000000103');
}

/** Writer and rotator of `path`. Lines are numbered from 0. */
export class FilterLog {
  readonly path: string;
  readonly written: string[] = [];
  #clock = Date.UTC(2026, 10, 20) / 1000;

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, '');
    this.#touch(path);
  }

  /** Appends lines to the live file, or to another that its writer still holds. */
  write(count: number, path = this.path): void {
    const lines = Array.from({ length: count }, () => `${this.nextLine()}\n`);
    this.writeText(lines.join(''), path);
  }

  /** The next line, counted as written. */
  nextLine(): string {
    const line = hitLine(this.written.length);
    this.written.push(line);
    return line;
  }

  size(path: string): number {
    return statSync(path).size;
  }

  writeText(text: string | Uint8Array, path = this.path): void {
    appendFileSync(path, text);
    this.#touch(path);
  }

  /** As newsyslog does: the rotated ones move up, the live one becomes .0, a new one is made. */
  rotate(options: { compress?: Extension; keep?: number; first?: 0 | 1 } = {}): void {
    const { keep = 7, first = 0 } = options;
    this.#moveUp(keep, first);
    const rotated = `${this.path}.${first}`;
    renameSync(this.path, rotated);
    writeFileSync(this.path, '');
    this.#touch(this.path);
    if (options.compress !== undefined) this.compress(rotated, options.compress);
  }

  /** As logrotate does for a writer that cannot open a new file. */
  copyTruncate(compress?: Extension, keep = 40): void {
    const copy = `${this.path}.0`;
    this.#moveUp(keep, 0);
    copyFileSync(this.path, copy);
    this.#touch(copy);
    truncateSync(this.path);
    this.#touch(this.path);
    if (compress !== undefined) this.compress(copy, compress);
  }

  /** The compressors keep the time of the last change. */
  compress(path: string, extension: Extension): void {
    const program = COMPRESSORS[extension];
    execFileSync(program, extension === 'zst' ? ['-q', '--rm', path] : ['-f', path]);
  }

  /** "Clear log" of the page: empties the live file and deletes the rotated ones. */
  clear(): void {
    for (const name of this.rotated()) rmSync(name);
    truncateSync(this.path);
    this.#touch(this.path);
  }

  rotated(): string[] {
    const base = basename(this.path);
    const names = readdirSync(dirname(this.path)).filter((name) => name.startsWith(`${base}.`));
    return names.map((name) => `${dirname(this.path)}/${name}`);
  }

  /** Time passes; real file times are too coarse for a test. */
  pass(seconds: number): void {
    this.#clock += seconds;
  }

  #moveUp(keep: number, first: number): void {
    for (let index = keep - 1 + first; index >= first; index -= 1) {
      for (const extension of ['', '.bz2', '.gz', '.xz', '.zst']) {
        const from = `${this.path}.${index}${extension}`;
        if (!existsSync(from)) continue;
        if (index - first + 1 >= keep) rmSync(from);
        else renameSync(from, `${this.path}.${index + 1}${extension}`);
      }
    }
  }

  #touch(path: string): void {
    this.#clock += 1.01;
    utimesSync(path, this.#clock, this.#clock);
  }
}

/** Reads a log as the agent does: on from the position each time. */
export class LogReader {
  readonly lines: string[] = [];
  readonly gaps: LogGap[] = [];
  position: LogPosition | null = null;
  readonly #source: LogSource;

  constructor(source: LogSource) {
    this.#source = source;
  }

  /** Reads what is new; returns the lines. */
  async read(): Promise<string[]> {
    const found: string[] = [];
    for await (const { bytes, next, gap } of this.#source.read(this.position)) {
      const text = Buffer.from(bytes).toString('latin1');
      if (bytes.length > 0) found.push(...text.slice(0, -1).split('\n'));
      if (gap !== undefined) this.gaps.push(gap);
      this.position = next;
    }
    this.lines.push(...found);
    return found;
  }
}

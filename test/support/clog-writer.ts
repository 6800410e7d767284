/** Writes a ring file as the patched syslogd of pfSense up to 2.4 does. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';

/** A ring with a data area of `max` bytes. */
export class ClogWriter {
  readonly path: string;
  readonly max: number;
  next = 0;
  wrap = 0;

  constructor(path: string, max: number) {
    this.path = path;
    this.max = max;
    this.init();
  }

  /** `clog -i`: an empty ring. */
  init(): void {
    this.next = 0;
    this.wrap = 0;
    writeFileSync(this.path, Buffer.concat([Buffer.alloc(this.max), this.footer()]));
  }

  /** Data first, footer behind it; at the end of the area it goes on at its begin. */
  write(text: string): void {
    const fd = openSync(this.path, 'r+');
    let rest = Buffer.from(text, 'latin1');
    while (rest.length > 0) {
      const part = rest.subarray(0, this.max - this.next);
      writeSync(fd, part, 0, part.length, this.next);
      rest = rest.subarray(part.length);
      this.next += part.length;
      if (this.next === this.max) {
        this.next = 0;
        this.wrap = 1;
      }
    }
    writeSync(fd, this.footer(), 0, 20, this.max);
    closeSync(fd);
  }

  footer(lock = 0): Buffer {
    const numbers = new Uint32Array([this.wrap, this.next, this.max, lock]);
    return Buffer.concat([Buffer.from('CLOG'), Buffer.from(numbers.buffer)]);
  }
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { FormatError } from '../../../src/core/errors.ts';
import { readElf } from '../../../freebsd/package/elf.ts';
import { elfFile } from '../../support/elf-file.ts';

const PREBUILT = new URL(
  '../../../node_modules/better-sqlite3/prebuilds/linux-arm64.node',
  import.meta.url,
);

describe('reading an ELF file', () => {
  it('gives machine, names and symbols of a shared object', () => {
    const bytes = elfFile({
      machine: 183,
      soname: 'libuv.so.1',
      needed: ['libthr.so.3', 'libc.so.7'],
      exported: ['uv_run'],
      imported: ['stat@FBSD_1.5', 'napi_throw', 'open@FBSD_1.0'],
      freebsdVersion: 1400097,
    });
    assert.deepEqual(readElf(bytes), {
      type: 3,
      machine: 183,
      freebsdVersion: 1400097,
      soname: 'libuv.so.1',
      needed: ['libthr.so.3', 'libc.so.7'],
      exported: ['uv_run'],
      imported: [
        { name: 'stat', version: 'FBSD_1.5' },
        { name: 'napi_throw', version: undefined },
        { name: 'open', version: 'FBSD_1.0' },
      ],
    });
  });

  it('reads an addon that a linker made', () => {
    const elf = readElf(readFileSync(PREBUILT));
    assert.equal(elf.machine, 183);
    assert.equal(elf.soname, 'better_sqlite3.node');
    assert.ok(elf.needed.includes('libc.so.6'));
    assert.ok(elf.exported.includes('napi_register_module_v1'));
    assert.ok(elf.imported.some(({ name }) => name === 'napi_create_function'));
    assert.ok(elf.imported.some(({ version }) => version === 'GLIBC_2.17'));
    assert.equal(elf.freebsdVersion, undefined);
  });

  it('reads the program that runs this test', () => {
    const elf = readElf(readFileSync(process.execPath));
    assert.ok(elf.needed.some((name) => /^libc\.(so|musl)/.test(name)));
    assert.ok(elf.exported.includes('napi_create_function'));
  });

  it('refuses what is no 64-bit little-endian ELF file', () => {
    assert.throws(() => readElf(Buffer.from('#!/bin/sh\n'.repeat(20))), /no ELF file/);
    const small = Buffer.from(elfFile({}));
    small[4] = 1;
    assert.throws(() => readElf(small), /not 64 bit/);
  });

  it('ends with a FormatError for any damage', () => {
    const whole = Buffer.from(elfFile({ needed: ['libc.so.7'], imported: ['open@FBSD_1.0'] }));
    const damage = fc.record({
      length: fc.integer({ min: 0, max: whole.length }),
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(damage, ({ length, changes }) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readElf(bytes.subarray(0, length));
        } catch (error) {
          assert.ok(error instanceof FormatError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

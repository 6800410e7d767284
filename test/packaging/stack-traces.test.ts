/** Faults of the program itself, as the bundle tells them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledProgram, type BundledProgram } from '../support/bundled-program.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
/** Writing to these descriptors fails as it never should. */
const FAULT = `
  const fs = require('node:fs');
  const { writeSync } = fs;
  fs.writeSync = (descriptor, ...rest) => {
    if (process.env.BROKEN.includes(String(descriptor))) throw new TypeError('a fault');
    return writeSync(descriptor, ...rest);
  };
  require('node:net').connect = () => {
    throw new TypeError('a fault');
  };
`;

describe('a stack trace of the bundle', function () {
  this.timeout(60_000);
  let program: BundledProgram;
  before(async () => {
    program = await bundledProgram();
    writeFileSync(join(program.folder, 'fault.cjs'), FAULT);
  });
  after(() => program.remove());

  function faultOf(descriptors: string, ...argv: readonly string[]): string {
    const preload = ['--require', join(program.folder, 'fault.cjs'), program.tsadmin];
    const env = { BROKEN: descriptors };
    const command = argv.length === 0 ? ['version'] : argv;
    const { status, stderr } = spawnSync(process.execPath, [...preload, ...command], {
      encoding: 'utf8',
      env,
    });
    assert.notEqual(status, 0);
    return stderr;
  }

  /** The line of the sources that a trace names for a function. */
  function lineOf(trace: string, name: string): string {
    const found = new RegExp(`at (?:async )?${name} \\((src/[\\w/.-]+\\.ts):(\\d+)\\)`).exec(trace);
    assert.ok(found, trace);
    const [, file = '', line] = found;
    return readFileSync(join(CHECKOUT, file), 'utf8').split('\n')[Number(line) - 1] ?? '';
  }

  it('names functions, files and lines of the sources', () => {
    const trace = faultOf('1');
    assert.match(trace, /^tsadmin: a fault$/m);
    assert.match(lineOf(trace, 'writeSome'), /writeSync\(descriptor, bytes\)/);
    assert.match(lineOf(trace, 'runTsadmin'), /await runCommand\(/);
  });

  it('does so for what nobody caught, without a page of code before it', () => {
    const trace = faultOf('12');
    assert.match(lineOf(trace, 'writeSome'), /writeSync\(descriptor, bytes\)/);
    assert.ok(trace.length < 3_000, trace);
  });

  it('names places of the bundle where the code is not of the sources', () => {
    const root = join(program.folder, 'host');
    mkdirSync(join(root, 'var/run'), { recursive: true });
    writeFileSync(join(root, 'var/run/threatstop-control.sock'), '');
    const trace = faultOf('', 'show', '--root', root);
    assert.match(trace, /at connect \(file:\/\/\S+\/dist\/main\/tsadmin\.js:\d+:\d+\)/);
    assert.match(lineOf(trace, 'connectControl'), /connect\(path\)/);
    assert.doesNotMatch(trace, /undefined|NaN/);
  });

  it('tells places of the bundle where the lines are missing', () => {
    const lines = join(program.folder, 'dist/main/source-lines.json');
    const kept = readFileSync(lines);
    rmSync(lines);
    assert.match(faultOf('1'), /at writeSome \(file:\/\/\S+\/dist\/main\/tsadmin\.js:\d+:\d+\)/);
    writeFileSync(lines, kept);
  });
});

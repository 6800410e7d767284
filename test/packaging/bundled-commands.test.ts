/** What commands load decides how soon they answer: counted here, timed by bench/cli-start.ts. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { bundledProgram, type BundledProgram } from '../support/bundled-program.ts';
import { until } from '../support/until.ts';

/** Tells at the end which of Node's own modules were loaded, beside those that every program has. */
const TELL_LOADED = `
  const before = new Set(process.moduleLoadList);
  process.on('exit', () => {
    const loaded = process.moduleLoadList.filter((one) => !before.has(one) && /^NativeModule [a-z_/]+$/.test(one));
    require('node:fs').writeFileSync(process.env.LOADED, loaded.map((one) => one.slice(13)).join('\\n'));
  });
`;
/** Each takes milliseconds to load. */
const DEAR = ['crypto', 'zlib', 'child_process', 'http', 'https', 'tls', 'dns', 'worker_threads'];
/** By path of the page. */
const TYPES = {
  '/assets/page.js': 'text/javascript; charset=utf-8',
  '/assets/threatstop.css': 'text/css; charset=utf-8',
  '/assets/icon.svg': 'image/svg+xml',
  '/hits': 'text/html; charset=utf-8',
};

describe('the commands of the bundle', function () {
  this.timeout(60_000);
  let program: BundledProgram;
  let place: readonly string[];
  before(async () => {
    program = await bundledProgram();
    place = ['--root', join(program.folder, 'host'), '--platform', 'dry-run'];
    writeFileSync(join(program.folder, 'tell-loaded.cjs'), TELL_LOADED);
    tsadmin('add', '--silent', '--device_id=tdid_abcd1234', '--block_list=b.threatstop.local');
  });
  after(() => program.remove());

  /** Runs a command. @returns what it printed and the names of Node's modules that it loaded */
  function tsadmin(...argv: readonly string[]): { text: string; loaded: readonly string[] } {
    const LOADED = join(program.folder, 'loaded');
    const preload = ['--require', join(program.folder, 'tell-loaded.cjs'), program.tsadmin];
    const skip = argv[0] === 'add' ? ['--skip_checkvalidip', '--skip_checkpolicy'] : [];
    const text = execFileSync(process.execPath, [...preload, ...argv, ...skip, ...place], {
      encoding: 'utf8',
      env: { LOADED },
    });
    return { text, loaded: readFileSync(LOADED, 'utf8').split('\n') };
  }

  /** The media type of a path of the page. */
  async function typeOf(path: string): Promise<string | undefined> {
    const socketPath = join(program.folder, 'host/var/run/threatstop.sock');
    const headers = { 'x-ts-user': 'ann' };
    const asked = request({ socketPath, path, headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.headers['content-type'];
  }

  const dearOf = (loaded: readonly string[]) => DEAR.filter((name) => loaded.includes(name));

  it('print the version without network, cryptography or database', () => {
    const { text, loaded } = tsadmin('version');
    assert.match(text, /Version: 3\.00-01/);
    assert.deepEqual(dearOf(loaded), []);
    assert.ok(!loaded.includes('net') && !loaded.includes('fs/promises'), loaded.join(' '));
  });

  it('show the settings without what changes them', () => {
    const { text, loaded } = tsadmin('show');
    assert.match(text, /device_id +tdid_abcd1234 +local/);
    assert.deepEqual(dearOf(loaded), []);
    assert.ok(!loaded.includes('net'), loaded.join(' '));
  });

  it('show the settings of a service, which knows its media types, by its socket alone', async () => {
    const argv = [program.service, ...place];
    const service = spawn(process.execPath, argv, { stdio: 'ignore' });
    try {
      await until('the service answers', () => tsadmin('show').loaded.includes('net'));
      assert.deepEqual(dearOf(tsadmin('show').loaded), []);
      assert.deepEqual(await Promise.all(Object.keys(TYPES).map(typeOf)), Object.values(TYPES));
    } finally {
      service.kill();
      await once(service, 'exit');
    }
  });
});

/** A PostgreSQL server of its own for a test, on a Unix socket. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const BINARIES = '/usr/lib/postgresql';

/** The server; it refuses to run as root, so it runs as the user `postgres` of the Debian package. */
export class Postgresql {
  readonly folder = mkdtempSync(join(tmpdir(), 'ts-postgresql-'));
  #server: ChildProcess | null = null;

  async start(): Promise<void> {
    const data = join(this.folder, 'data');
    if (!existsSync(data)) {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
      ) as [number, number];
      chmodSync(this.folder, 0o755);
      chownSync(this.folder, uid, gid);
      this.#asPostgres(['initdb', '--auth=trust', '--username=postgres', '-D', data]);
    }
    const options = ['-c', 'listen_addresses=', '-k', this.folder, '-c', 'fsync=off'];
    this.#server = spawn(
      'setpriv',
      [...this.#user(), this.#program('postgres'), '-D', data, ...options],
      { stdio: 'ignore' },
    );
    await until('PostgreSQL is ready', () => this.#isReady(), 30_000);
  }

  /** Makes a database. @returns its address, for `openPostgresqlSession` */
  createDatabase(name: string): string {
    const programs = ['-h', this.folder, '-U', 'postgres', name];
    execFileSync(this.#program('createdb'), programs, { stdio: 'ignore' });
    return `postgresql://postgres@localhost/${name}?host=${encodeURIComponent(this.folder)}`;
  }

  /** Ends the server at once, as a crash does. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #isReady(): boolean {
    try {
      execFileSync(this.#program('pg_isready'), ['-h', this.folder], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  #asPostgres([program = '', ...rest]: readonly string[]): void {
    execFileSync('setpriv', [...this.#user(), this.#program(program), ...rest], {
      cwd: this.folder,
      stdio: 'ignore',
    });
  }

  #user(): readonly string[] {
    return ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
  }

  #program(name: string): string {
    const [version = ''] = readdirSync(BINARIES).toSorted((a, b) => Number(b) - Number(a));
    return join(BINARIES, version, 'bin', name);
  }
}

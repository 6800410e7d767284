/** An OpenBSD for tests: pf on a folder with its pf.conf and its table files. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import type { OpenbsdHost, OpenbsdOptions } from '../../src/firewall/openbsd/driver.ts';
import { loadPfConf } from './fake-pf-conf.ts';
import { freshPf, runPfctl, type PfState } from './fake-pfctl.ts';
import { TestClock } from './test-clock.ts';

/** The pf.conf that OpenBSD 6.9 comes with. */
export const PF_CONF = `#	$OpenBSD: pf.conf,v 1.55 2017/12/03 20:40:04 sthen Exp $
#
# See pf.conf(5) and /etc/examples/pf.conf

set skip on lo

block return	# block stateless traffic
pass		# establish keep-state

# By default, do not permit remote connections to X11
block return in on ! lo0 proto tcp to port 6000:6010

# Port build user does not need network
block return out log proto {tcp udp} user _pbuild
`;

/** An OpenBSD. */
export interface FakeOpenbsd extends OpenbsdHost {
  readonly pf: PfState;
  readonly clock: TestClock;
  /** Commands that were run, in order. */
  readonly ran: string[];
  /** What the settings say; a test changes it. */
  options: OpenbsdOptions;
  /** All that pf, pf.conf and the table files hold. */
  state(): string;
}

/** @param folder an empty folder; `etc/pf.conf` and `db/` are put below it */
export function createFakeOpenbsd(folder: string): FakeOpenbsd {
  const [etc, db] = [join(folder, 'etc'), join(folder, 'db')];
  mkdirSync(etc, { recursive: true });
  mkdirSync(db);
  const rules = join(etc, 'pf.conf');
  writeFileSync(rules, PF_CONF, { mode: 0o600 });
  const pf = { ...freshPf(), tableEntries: 200_000 };
  loadPfConf(pf, rules, '-f');
  const fake: FakeOpenbsd = {
    pf,
    rules,
    clock: new TestClock(),
    ran: [],
    options: {
      names: { block: 'ThreatSTOP-Block', allow: 'ThreatSTOP-Allow' },
      files: {
        block: join(db, 'ThreatSTOP-Block.pftable'),
        allow: join(db, 'ThreatSTOP-Allow.pftable'),
      },
      reload: true,
      pass: true,
    },
    readOptions: () => Promise.resolve(fake.options),
    run(argv, options = {}) {
      fake.ran.push(argv.join(' '));
      const [program, ...args] = argv;
      if (program !== '/sbin/pfctl') throw new Error(`no such program in test: ${argv.join(' ')}`);
      const output = runPfctl(pf, args);
      const isExpected = (options.acceptExitCodes ?? [0]).includes(output.exitCode);
      if (isExpected) return Promise.resolve(output);
      return Promise.reject(new HostError(`running ${argv.join(' ')}: ${output.stderr}`));
    },
    state() {
      const files = [etc, db].flatMap((place) =>
        readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]),
      );
      return JSON.stringify({ pf, files }, null, 1);
    },
  };
  return fake;
}

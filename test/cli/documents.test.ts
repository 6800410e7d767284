/**
 * What the documents "Linux via CLI" and "Linux via Web Automation" say about tsadmin, sentence by sentence, each with its
 * proof. What needs a real firewall, a real portal or an installed package is proved in the files named below the table.
 */
import assert from 'node:assert/strict';
import { options } from '../../src/config/options.ts';
import { tsadmin, type CliOutcome, type CliScene } from '../support/cli-context.ts';

const KEY = 'c2VjcmV0LXNlY3JldC1rZXk=';
const LINUX = '--platform=linux';
const MANUAL = ['--device_id=tdid_1', '--block_list=basic.threatstop.local', LINUX];
const fresh: CliScene = { agent: { settings: () => Promise.resolve(null) } };

type Settings = Readonly<Record<string, string>>;
type Checks = Readonly<Record<'checkValidIp' | 'checkPolicy', boolean>>;

function installed({ calls }: CliOutcome): readonly [Settings, Checks] {
  const call = calls.find(([name]) => name === 'add');
  assert.ok(call, 'nothing was installed');
  return [call[2] as Settings, call[3] as Checks];
}

async function added(...words: readonly string[]): Promise<readonly [Settings, Checks]> {
  const outcome = await tsadmin(['add', ...MANUAL, ...words], fresh);
  assert.equal(outcome.code, 0, outcome.stderr);
  return installed(outcome);
}

async function refused(...words: readonly string[]): Promise<string> {
  const outcome = await tsadmin(['add', ...MANUAL, ...words], fresh);
  assert.equal(outcome.code, 2);
  return outcome.stderr;
}

/** Answers to the questions of a manual installation on Linux, as far as `typed` goes. */
function asked(typed: readonly string[], ...words: readonly string[]): Promise<CliOutcome> {
  return tsadmin(['add', LINUX, ...words], { ...fresh, typed });
}

const BASIC = ['tdid_1', '', '', 'basic.threatstop.local', 'dns.threatstop.local', ''];

type Row = readonly [sentence: string, proof: () => Promise<void>];

const COMMANDS: readonly Row[] = [
  [
    'tsadmin version',
    async () => assert.match((await tsadmin(['version', LINUX])).stdout, /ts-iptables.*3\.00-01/s),
  ],
  [
    'add: the add command installs & configures the ThreatSTOP service on the device',
    async () => assert.equal((await added())[0]['device_id'], 'tdid_1'),
  ],
  [
    'remove: this command removes the ThreatSTOP integration from the device',
    async () => {
      const { calls, code } = await tsadmin(['remove', '--silent', LINUX]);
      assert.deepEqual([code, calls[0]?.[0]], [0, 'remove']);
    },
  ],
  [
    'ThreatSTOP ts-iptables remove starting @ Wed May 29 22:40:20 2019 … Are you sure you want to uninstall ThreatSTOP? (y/n) y',
    async () => {
      const { stdout } = await tsadmin(['remove', LINUX], { typed: ['y'] });
      assert.match(
        stdout,
        /^ {4,}ThreatSTOP ts-iptables remove starting @ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n\nAre you sure you want to uninstall ThreatSTOP\? \(y\/n\) /,
      );
    },
  ],
  [
    'update: forces the device to update its policy as well as check for new settings',
    async () => assert.equal((await tsadmin(['update', LINUX])).calls[0]?.[0], 'update'),
  ],
  [
    'show: this command shows the configured settings',
    async () =>
      assert.match((await tsadmin(['show'])).stdout, /^block_list +basic\.threatstop\.local/m),
  ],
  [
    'logs: this command forces log rotation & sends logs',
    async () =>
      assert.match((await tsadmin(['logs'])).stdout, /Log file uploaded successfully for tdid_/),
  ],
  [
    'Sub commands … do not contain a preceeding --',
    async () => assert.equal((await tsadmin(['--add'])).code, 2),
  ],
  [
    'To get a full list of available command line parameters on the command line type: tsadmin --help',
    async () => {
      const { stdout } = await tsadmin(['--help']);
      for (const name of ['add', 'remove', 'update', 'show', 'version', 'logs'])
        assert.match(stdout, new RegExp(`^ +${name}\\b`, 'm'));
    },
  ],
];

const PARAMETERS: readonly Row[] = [
  [
    'advanced: run advanced prompts, i.e. --advanced',
    async () => {
      const { stdout } = await asked([...BASIC, '', '', '', '', 'y'], '--advanced');
      assert.match(stdout, /DNS Port/);
      assert.doesNotMatch(stdout, /Advanced settings\?/);
    },
  ],
  [
    'allow_list: ThreatSTOP Allow list',
    async () =>
      assert.equal((await added('--allow_list=dns.x.local'))[0]['allow_list'], 'dns.x.local'),
  ],
  [
    'auto_key: Web Automation configuration key; of web automation only auto_key and device_id are used',
    async () => {
      const argv = ['add', '--type=auto', '--device_id=tdid_1', `--auto_key=${KEY}`, LINUX];
      assert.deepEqual(Object.keys(installed(await tsadmin(argv))[0]).toSorted(), [
        'auto_key',
        'device_id',
        'type',
      ]);
    },
  ],
  [
    'dns_server: DNS server',
    async () =>
      assert.equal((await added('--dns_server', '192.0.2.53'))[0]['dns_server'], '192.0.2.53'),
  ],
  [
    'load_br_netfilter: Valid choices: (y, n)',
    async () => {
      assert.equal((await added('--load_br_netfilter=y'))[0]['load_br_netfilter'], 'yes');
      assert.equal((await added('--load_br_netfilter=n'))[0]['load_br_netfilter'], 'no');
      assert.equal((await added('--load_br_netfilter'))[0]['load_br_netfilter'], 'yes');
      assert.match(await refused('--load_br_netfilter=perhaps'), /load_br_netfilter/);
    },
  ],
  [
    'logopts: extra iptables log options, i.e. --logopts="--log-uid"',
    async () => assert.equal((await added('--logopts=--log-uid'))[0]['logopts'], '--log-uid'),
  ],
  [
    'logopts_direction: Valid choices: (in, out, both)',
    async () => {
      for (const way of ['in', 'out', 'both'])
        assert.equal((await added(`--logopts_direction=${way}`))[0]['logopts_direction'], way);
      assert.match(await refused('--logopts_direction=up'), /logopts_direction/);
    },
  ],
  [
    'maxpolicysize: maximum size of block list items (20 % for allow list)',
    async () => {
      assert.equal((await added('--maxpolicysize=30000'))[0]['maxpolicysize'], '30000');
      assert.match(options.maxpolicysize.description, /the allow list gets 20 %/);
    },
  ],
  [
    'port: DNS port for upstream queries; TCP port 53 or 5353',
    async () => {
      assert.equal((await added('--port=5353'))[0]['port'], '5353');
      assert.equal(options.port.default, 53);
    },
  ],
  [
    'allow_action: iptables rule action to be performed on matches from allow list, --allow_action=ACCEPT',
    async () => assert.equal((await added('--allow_action=ACCEPT'))[0]['allow_action'], 'ACCEPT'),
  ],
  [
    'silent: suppress output & auto accept all prompts',
    async () => {
      const { code, stdout, stderr } = await tsadmin(['add', ...MANUAL, '--silent'], {
        ...fresh,
        typed: [],
      });
      assert.deepEqual([code, stdout, stderr], [0, '', '']);
    },
  ],
  [
    'skip_checkpolicy, skip_checkvalidip: skip validating',
    async () => {
      assert.deepEqual((await added())[1], { checkValidIp: true, checkPolicy: true });
      assert.deepEqual((await added('--skip_checkpolicy', '--skip_checkvalidip'))[1], {
        checkValidIp: false,
        checkPolicy: false,
      });
    },
  ],
  [
    'take_defaults: auto accept all prompts with confirmation countdown',
    async () => {
      const argv = ['add', ...MANUAL, '--take_defaults'];
      const { stdout, slept } = await tsadmin(argv, { ...fresh, typed: [] });
      assert.match(stdout, /CONFIRM THREATSTOP INSTALL.* 5 4 3 2 1\n/);
      assert.equal(slept.length, 5);
    },
  ],
  [
    'tsprefix: prefix for iptables / IPset rules, i.e. --tsprefix="ThreatSTOP" (1-29 chars; ipset takes fewer)',
    async () => {
      assert.equal((await added('--tsprefix=ThreatSTOP'))[0]['tsprefix'], 'ThreatSTOP');
      assert.match(await refused(`--tsprefix=${'x'.repeat(30)}`), /more does not fit/);
    },
  ],
  [
    'type: installation type (auto - web automation, manual - via the CLI prompts). Defaults to manual',
    async () => {
      assert.equal((await added())[0]['type'], 'manual');
      assert.match(await refused('--type=other'), /type/);
    },
  ],
];

const QUESTIONS: readonly Row[] = [
  [
    'The CLI installation will prompt you for the following settings: Device ID, Allow Action, TSPrefix, Block list, Allow list, Maximum Policy Size',
    async () => {
      const { stdout } = await asked([...BASIC, 'n', 'y']);
      assert.match(
        stdout,
        /Device ID.*Allow Action.*TSPrefix.*Block list.*Allow list.*Maximum Policy Size/s,
      );
    },
  ],
  [
    "If you need to configure any of the advanced optional settings below hit 'y' on the prompt for Advanced settings: DNS Port, Load br_netfilter, Logopts, Logopts Direction",
    async () => {
      const yes = await asked([...BASIC, 'y', '', '', '', '', 'y']);
      assert.match(
        yes.stdout,
        /Advanced settings\?.*DNS Port.*Load br_netfilter.*Logopts.*Logopts Direction/s,
      );
      assert.doesNotMatch((await asked([...BASIC, 'n', 'y'])).stdout, /DNS Port/);
    },
  ],
  [
    'After the initial configuration questions you will be prompted to "CONFIRM THREATSTOP INSTALL". This is your last chance to confirm settings',
    async () => {
      const no = await asked([...BASIC, 'n', 'n']);
      assert.match(no.stdout, /block_list +basic\.threatstop\.local.*CONFIRM THREATSTOP INSTALL/s);
      assert.equal(no.code, 1);
      assert.ok(!no.calls.some(([name]) => name === 'add'));
      assert.equal((await asked([...BASIC, 'n', 'y'])).code, 0);
    },
  ],
];

describe('the documents about tsadmin', () => {
  for (const [about, rows] of [
    ['commands', COMMANDS],
    ['parameters of add', PARAMETERS],
    ['questions', QUESTIONS],
  ] as const) {
    describe(about, () => {
      for (const [sentence, proof] of rows) it(sentence, proof);
    });
  }
});

// Elsewhere: "it may take up to 1 hour for the policy to generate … it will retry" test/tasks/agent.test.ts; the words of
// validip.pl test/upstream/valid-ip.test.ts and test/portal/intake/upload.test.ts; /opt/threatstop, the copies
// pre-threatstop_*, br_netfilter, log lines and the test address test/firewall/linux, test/linux/package and
// test/e2e/linux-packets.test.ts; web automation test/e2e/web-automation.test.ts and test/e2e/settings-bind.test.ts.

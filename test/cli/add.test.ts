import assert from 'node:assert/strict';
import { PortalError, SettingsError } from '../../src/core/errors.ts';
import { protectedStatus, runOf } from '../support/cli-agent.ts';
import { tsadmin, type CliOutcome, type CliScene } from '../support/cli-context.ts';

const KEY = 'c2VjcmV0LXNlY3JldC1rZXk=';
const MANUAL = ['--device_id=tdid_1', '--block_list=basic.threatstop.local'];
const AUTO = ['--type=auto', '--device_id=tdid_1', `--auto_key=${KEY}`];

/** A device that is not set up yet. */
const fresh: CliScene['agent'] = { settings: () => Promise.resolve(null) };

/** What the agent was told to install: settings and options. */
function installed({ calls }: CliOutcome): unknown[] | undefined {
  return calls.find(([name]) => name === 'add')?.slice(2);
}

describe('tsadmin add without questions', () => {
  it('installs with device id and key only when the portal decides', async () => {
    const outcome = await tsadmin(['add', ...AUTO]);
    assert.equal(outcome.code, 0);
    assert.deepEqual(installed(outcome), [
      { type: 'auto', device_id: 'tdid_1', auto_key: KEY },
      { checkValidIp: true, checkPolicy: true },
    ]);
  });

  it('takes --name=value and --name value alike', async () => {
    const joined = await tsadmin(['add', ...AUTO]);
    const apart = await tsadmin(['add', ...AUTO.flatMap((word) => word.split(/=(.*)/s, 2))]);
    assert.deepEqual(installed(apart), installed(joined));
  });

  it('names everything that is missing and opens no agent', async () => {
    const manual = await tsadmin(['add']);
    assert.equal(manual.code, 2);
    assert.match(manual.stderr, /missing --device_id, --block_list/);
    const auto = await tsadmin(['add', '--type', 'auto', '--device_id=tdid_1']);
    assert.equal(auto.code, 2);
    assert.match(auto.stderr, /missing --auto_key/);
    assert.deepEqual([...manual.opened, ...auto.opened], []);
  });

  it('does not wait for an answer when there is no terminal', async () => {
    const outcome = await tsadmin(['add', ...MANUAL]);
    assert.equal(outcome.code, 0);
    assert.deepEqual(installed(outcome)?.[0], {
      type: 'manual',
      device_id: 'tdid_1',
      block_list: 'basic.threatstop.local',
    });
  });

  it('takes every documented parameter', async () => {
    const outcome = await tsadmin([
      ...['add', ...MANUAL, '--advanced', '--allow_list=dns.threatstop.local', '--silent'],
      ...['--dns_server=192.0.2.53,192.0.2.54', '--load_br_netfilter=y', '--logopts=--log-uid'],
      ...['--logopts_direction=out', '--maxpolicysize=30000', '--port=5353', '--take_defaults'],
      ...['--allow_action=ACCEPT', '--skip_checkpolicy', '--skip_checkvalidip', '--tsprefix=TS'],
      ...['--type=manual', `--auto_key=${KEY}`, '--platform=linux'],
    ]);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.deepEqual(installed(outcome), [
      {
        type: 'manual',
        device_id: 'tdid_1',
        auto_key: KEY,
        block_list: 'basic.threatstop.local',
        allow_list: 'dns.threatstop.local',
        dns_server: '192.0.2.53 192.0.2.54',
        load_br_netfilter: 'yes',
        logopts: '--log-uid',
        logopts_direction: 'out',
        maxpolicysize: '30000',
        port: '5353',
        allow_action: 'ACCEPT',
        tsprefix: 'TS',
      },
      { checkValidIp: false, checkPolicy: false },
    ]);
  });

  it('takes a log option apart from its name, and no misspelled option for a value', async () => {
    const outcome = await tsadmin(['add', ...MANUAL, '--logopts', '--log-uid', '--silent']);
    assert.equal((installed(outcome)?.[0] as Record<string, string>)['logopts'], '--log-uid');
    const wrong = await tsadmin(['add', ...MANUAL, '--allow_list', '--no_such']);
    assert.equal(wrong.code, 2);
  });

  it('takes the settings of a self-hosted portal', async () => {
    const pin = `sha256/${'A'.repeat(43)}=`;
    const outcome = await tsadmin([
      ...['add', ...AUTO, '--settings_server=127.0.0.1', '--settings_port', '40001'],
      ...[`--portal_pin=${pin}`, '--policy_tls', '--policy_tsig'],
    ]);
    assert.deepEqual(installed(outcome)?.[0], {
      type: 'auto',
      device_id: 'tdid_1',
      auto_key: KEY,
      settings_server: '127.0.0.1',
      settings_port: '40001',
      portal_pin: pin,
      policy_tls: 'yes',
      policy_tsig: 'yes',
    });
  });

  it('takes a yes/no setting without a value as yes', async () => {
    for (const words of [['--load_br_netfilter'], ['--load_br_netfilter', 'y']]) {
      const outcome = await tsadmin(['add', ...words, ...MANUAL]);
      assert.equal((installed(outcome)?.[0] as Record<string, string>)['load_br_netfilter'], 'yes');
    }
  });

  for (const [name, value] of [
    ['tsprefix', 'TS'],
    ['logopts', '--log-uid'],
    ['logopts_direction', 'in'],
    ['load_br_netfilter', 'y'],
  ] as const) {
    it(`takes ${name} on Linux and in a dry run, and refuses it elsewhere`, async () => {
      for (const [platform, code] of [
        ['linux', 0],
        ['dry-run', 0],
        ['pfsense', 2],
        ['openbsd', 2],
      ] as const) {
        const argv = ['add', ...MANUAL, `--${name}=${value}`, `--platform=${platform}`];
        const outcome = await tsadmin(argv);
        assert.equal(outcome.code, code);
        if (code === 2) {
          assert.ok(
            outcome.stderr.includes(`${name}: there is no such setting on ${platform}`),
            outcome.stderr,
          );
        }
      }
    });
  }

  it('names the platforms that have the setting', async () => {
    for (const [platform, setting, others] of [
      ['pfsense', 'tsprefix=TS', 'linux'],
      ['linux', 'reload_pf=no', 'openbsd'],
      ['pfsense', 'ui_address=127.0.0.1:8470', 'openbsd and linux'],
    ] as const) {
      const argv = ['add', ...MANUAL, `--${setting}`, `--platform=${platform}`];
      const { stderr } = await tsadmin(argv);
      assert.ok(stderr.includes(`no such setting on ${platform}, only on ${others}`), stderr);
    }
  });

  it('refuses values that cannot be used, with what is allowed', async () => {
    const { code, stderr } = await tsadmin(['add', ...MANUAL, '--port=99999']);
    assert.equal(code, 2);
    assert.match(stderr, /option port: "99999" is not usable\nUse a whole number from 1 to 65535/);
  });

  it('refuses settings that contradict each other', async () => {
    const { code, stderr } = await tsadmin(['add', ...MANUAL, '--policy_tsig=yes']);
    assert.equal(code, 2);
    assert.match(stderr, /policy_tsig: yes needs auto_key/);
  });

  it('does not offer to enable', async () => {
    assert.equal((await tsadmin(['add', ...MANUAL, '--enabled=yes'])).code, 2);
  });

  it('prints banner, settings, policy and protection', async () => {
    const { stdout } = await tsadmin(['add', ...AUTO, '--platform=linux']);
    assert.match(stdout, /^ {8}ThreatSTOP ts-iptables add starting @ \w{3} Nov 20 /);
    assert.match(stdout, /^ {2}device_id +tdid_1$/m);
    assert.match(stdout, /^Adding 26424 blocked addresses\nAdding 3 allowed addresses$/m);
    assert.ok(stdout.includes(protectedStatus.protection.sentence));
  });

  it('says that the policy is not there yet and succeeds', async () => {
    const add = () =>
      Promise.resolve({
        run: runOf('add', 'The device is set up.'),
        update: null,
        notes: ['The list is not there yet; the service tries again.'],
      });
    const { code, stdout } = await tsadmin(['add', ...AUTO], { agent: { add } });
    assert.equal(code, 0);
    assert.match(stdout, /The list is not there yet; the service tries again\./);
  });

  it('prints nothing with --silent', async () => {
    const { code, stdout, stderr, slept } = await tsadmin(['add', ...AUTO, '--silent']);
    assert.deepEqual([code, stdout, stderr, slept], [0, '', '', []]);
  });

  it('prints one JSON object with --json', async () => {
    const { code, stdout } = await tsadmin(['add', ...AUTO, '--json']);
    assert.equal(code, 0);
    const answer = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    assert.equal(answer['run']?.['outcome'], 'done');
    assert.equal(answer['run']['duration_ms'], 1500);
    assert.equal(answer['protection']?.['state'], 'protected');
    assert.doesNotMatch(stdout, new RegExp(KEY));
  });

  it('ends with 1 and the reason when the portal refuses', async () => {
    const add = () => Promise.reject(new PortalError('wrong key', { remedy: 'Check auto_key.' }));
    const { code, stderr } = await tsadmin(['add', ...AUTO], { agent: { add } });
    assert.equal(code, 1);
    assert.equal(stderr, 'tsadmin: wrong key\nCheck auto_key.\n');
  });

  it('accepts by itself after a countdown with --take_defaults', async () => {
    const outcome = await tsadmin(['add', ...MANUAL, '--take_defaults'], { typed: [] });
    assert.equal(outcome.code, 0);
    assert.deepEqual(outcome.slept, [1000, 1000, 1000, 1000, 1000]);
    assert.match(outcome.stdout, /CONFIRM THREATSTOP INSTALL: yes \(Ctrl-C stops it\) 5 4 3 2 1\n/);
  });
});

describe('the key of tsadmin add', () => {
  const words = ['add', '--type=auto', '--device_id=tdid_1'];

  it('comes from a file', async () => {
    const outcome = await tsadmin([...words, '--auto_key=@/root/key'], {
      files: { '/root/key': `\n${KEY}\n` },
    });
    assert.equal((installed(outcome)?.[0] as Record<string, string>)['auto_key'], KEY);
  });

  it('comes from standard input', async () => {
    for (const key of [['--auto_key=-'], ['--auto_key', '-']]) {
      const outcome = await tsadmin([...words, ...key], { piped: `${KEY}\n` });
      assert.equal((installed(outcome)?.[0] as Record<string, string>)['auto_key'], KEY);
    }
  });

  it('is asked for at a terminal before the confirmation, where nobody sees it', async () => {
    const outcome = await tsadmin([...words, '--auto_key=-'], { secret: KEY, typed: ['y'] });
    assert.equal(outcome.code, 0);
    assert.equal((installed(outcome)?.[0] as Record<string, string>)['auto_key'], KEY);
    assert.match(outcome.stderr, /auto_key \(not shown\):/);
  });

  it('is never shown', async () => {
    const { stdout, stderr } = await tsadmin([...words, '--auto_key=-'], {
      secret: KEY,
      typed: ['y'],
    });
    assert.match(stdout, /auto_key +\(hidden\)/);
    assert.doesNotMatch(stdout + stderr, new RegExp(KEY));
  });

  it('is refused when the file cannot be read, is empty or holds more', async () => {
    const missing = await tsadmin([...words, '--auto_key=@/none']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /option auto_key: reading \/none: ENOENT/);
    for (const text of ['', '\n\n', `${KEY}\n${KEY}\n`]) {
      const outcome = await tsadmin([...words, '--auto_key=@/key'], { files: { '/key': text } });
      assert.equal(outcome.code, 2);
      assert.match(outcome.stderr, /\/key does not hold exactly one line/);
    }
    const nothing = await tsadmin([...words, '--auto_key=-'], { piped: '' });
    assert.equal(nothing.code, 2);
  });

  it('does not make other settings files', async () => {
    const { code, stderr } = await tsadmin(['add', '--device_id=@/root/key']);
    assert.equal(code, 2);
    assert.match(stderr, /option device_id: "@\/root\/key" is not usable/);
  });
});

describe('tsadmin add on a terminal', () => {
  it('asks the documented questions in the documented order', async () => {
    const outcome = await tsadmin(['add'], {
      agent: fresh,
      typed: ['tdid_1', 'basic.threatstop.local', 'dns.threatstop.local', '', 'n', 'y'],
    });
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(
      outcome.stdout,
      /Device ID: Block list: Allow list: Maximum Policy Size \[0\]: Advanced settings\? \(y\/n\) \[n\] /,
    );
    assert.match(outcome.stdout, /CONFIRM THREATSTOP INSTALL \(y\/n\) /);
    assert.deepEqual(installed(outcome)?.[0], {
      device_id: 'tdid_1',
      block_list: 'basic.threatstop.local',
      allow_list: 'dns.threatstop.local',
      type: 'manual',
    });
  });

  it('asks the Linux questions on Linux', async () => {
    const outcome = await tsadmin(['add', '--platform=linux'], {
      agent: fresh,
      typed: [
        ...['tdid_1', 'ACCEPT', '', 'basic.threatstop.local', '', '30000', 'y'],
        ...['5353', 'y', '--log-uid', 'out', 'y'],
      ],
    });
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(
      outcome.stdout,
      /Device ID: Allow Action \[exempt\]: TSPrefix \[TS\]: Block list: Allow list: Maximum Policy Size \[0\]: Advanced settings\? \(y\/n\) \[n\] DNS Port \[53\]: Load br_netfilter \[no\]: Logopts: Logopts Direction \[both\]: /,
    );
    assert.deepEqual(installed(outcome)?.[0], {
      device_id: 'tdid_1',
      allow_action: 'ACCEPT',
      block_list: 'basic.threatstop.local',
      maxpolicysize: '30000',
      port: '5353',
      load_br_netfilter: 'yes',
      logopts: '--log-uid',
      logopts_direction: 'out',
      type: 'manual',
    });
  });

  it('asks the advanced questions at once with --advanced', async () => {
    const outcome = await tsadmin(['add', '--advanced'], {
      agent: fresh,
      typed: ['tdid_1', 'basic.threatstop.local', '', '', '5353', 'y'],
    });
    assert.equal(outcome.code, 0);
    assert.doesNotMatch(outcome.stdout, /Advanced settings/);
    assert.equal((installed(outcome)?.[0] as Record<string, string>)['port'], '5353');
  });

  it('checks each answer as it is given and asks again', async () => {
    const outcome = await tsadmin(['add'], {
      agent: fresh,
      typed: [
        ...['', 'two words', 'tdid_1', '', 'bad..name', 'basic.threatstop.local', ''],
        ...['many', '5', 'perhaps', 'n', 'what', 'yes'],
      ],
    });
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /Device ID is needed/);
    assert.match(outcome.stdout, /option device_id: "two words" is not usable\. Use 1 to 63/);
    assert.match(outcome.stdout, /Block list is needed/);
    assert.match(outcome.stdout, /option maxpolicysize: "many" is not usable/);
    assert.equal(outcome.stdout.match(/Answer y or n\./g)?.length, 2);
    assert.equal((installed(outcome)?.[0] as Record<string, string>)['maxpolicysize'], '5');
  });

  it('offers given settings and those of the device as defaults', async () => {
    const outcome = await tsadmin(['add', '--device_id=tdid_new'], {
      typed: ['', '', '', '', '', 'y'],
    });
    assert.match(
      outcome.stdout,
      /Device ID \[tdid_new\]: Block list \[basic.threatstop.local\]: Allow list: Maximum Policy Size \[1000\]: /,
    );
    assert.deepEqual(installed(outcome)?.[0], {
      device_id: 'tdid_new',
      block_list: 'basic.threatstop.local',
      maxpolicysize: '1000',
      auto_key: KEY,
      port: '5353',
      type: 'manual',
    });
  });

  it('empties a setting that has a default when "-" is answered', async () => {
    const outcome = await tsadmin(['add', '--allow_list=dns.threatstop.local'], {
      typed: ['', '', '-', '', 'n', 'y'],
    });
    assert.equal('allow_list' in (installed(outcome)?.[0] as object), false);
  });

  it('does not offer settings that cannot be used', async () => {
    const settings = () => Promise.reject(new SettingsError('line 3: junk\u0007'));
    const outcome = await tsadmin(['add'], {
      agent: { settings },
      typed: ['tdid_1', 'basic.threatstop.local', '', '', 'n', 'y'],
    });
    assert.equal(outcome.code, 0);
    assert.match(outcome.stdout, /The settings of the device are not offered: line 3: junk\?/);
  });

  it('installs nothing after a no', async () => {
    const outcome = await tsadmin(['add', ...AUTO], { typed: ['n'] });
    assert.equal(outcome.code, 1);
    assert.match(outcome.stdout, /Nothing was installed\./);
    assert.equal(installed(outcome), undefined);
  });

  it('installs nothing when the input ends', async () => {
    const outcome = await tsadmin(['add'], { agent: fresh, typed: ['tdid_1'] });
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /no answer: nothing was changed/);
    assert.equal(installed(outcome), undefined);
  });

  it('asks for nothing but the confirmation when the portal decides', async () => {
    const outcome = await tsadmin(['add', ...AUTO], { typed: ['y'] });
    assert.equal(outcome.code, 0);
    assert.doesNotMatch(outcome.stdout, /Device ID/);
  });

  it('asks nothing with --json', async () => {
    const outcome = await tsadmin(['add', '--json'], { typed: [] });
    assert.equal(outcome.code, 2);
    assert.match(outcome.stderr, /missing --device_id/);
  });
});

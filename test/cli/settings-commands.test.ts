import assert from 'node:assert/strict';
import { SettingsError } from '../../src/core/errors.ts';
import { localSettings } from '../support/cli-agent.ts';
import { tsadmin, type CliScene } from '../support/cli-context.ts';

const SECRET = localSettings['auto_key'] ?? '';
const fresh: CliScene['agent'] = { settings: () => Promise.resolve(null) };

describe('tsadmin show', () => {
  it('shows each setting with value and origin, aligned', async () => {
    const { code, stdout } = await tsadmin(['show']);
    assert.equal(code, 0);
    assert.match(stdout, /^SETTING +VALUE +ORIGIN$/m);
    assert.match(stdout, /^device_id +tdid_abcd1234 +local$/m);
    assert.match(stdout, /^maxpolicysize +1000 entries +portal$/m);
    assert.match(stdout, /^policy_interval +900 s +default$/m);
    assert.match(stdout, /^allow_list +- +default$/m);
    const places = stdout
      .trim()
      .split('\n')
      .map((line) => line.search(/ (?:ORIGIN|default|local|portal)$/));
    assert.equal(new Set(places).size, 1);
  });

  it('hides secrets, in JSON too, and tells whether there is one', async () => {
    const text = await tsadmin(['show']);
    assert.match(text.stdout, /^auto_key +\(hidden\) +local$/m);
    const json = await tsadmin(['show', '--json']);
    assert.doesNotMatch(text.stdout + json.stdout, new RegExp(SECRET));
    const { settings } = JSON.parse(json.stdout) as { settings: Record<string, unknown> };
    assert.deepEqual(settings['auto_key'], { value: null, origin: 'local', is_set: true });
    assert.deepEqual(settings['port'], { value: 5353, origin: 'local' });
    assert.deepEqual(settings['block_list'], {
      value: ['basic.threatstop.local'],
      origin: 'local',
    });
  });

  it('lists the exemptions below the settings', async () => {
    const one = { action: 'allow', prefix: '198.51.100.7', created: 0, actor: 'page:ann' } as const;
    const until = Date.UTC(2026, 10, 20, 21);
    const exemptions = () =>
      Promise.resolve([
        { ...one, until },
        { ...one, prefix: '2001:db8::/48', until: null },
      ]);
    const { stdout } = await tsadmin(['show'], { agent: { exemptions } });
    assert.match(stdout, /^allow +198\.51\.100\.7 +until 2026-11-\d\d .+ page:ann$/m);
    assert.match(stdout, /^allow +2001:db8::\/48 +for good +page:ann$/m);
    const json = await tsadmin(['show', '--json'], { agent: { exemptions } });
    const shown = JSON.parse(json.stdout) as { exemptions: { until: string }[] };
    assert.equal(shown.exemptions[0]?.until, '2026-11-20T21:00:00.000Z');
    assert.doesNotMatch((await tsadmin(['show'])).stdout, /EXEMPTION/);
  });

  it('leaves out what the platform does not have', async () => {
    assert.doesNotMatch((await tsadmin(['show', '--platform=pfsense'])).stdout, /^logopts/m);
    assert.match((await tsadmin(['show', '--platform=linux'])).stdout, /^logopts /m);
  });

  it('tells that the device is not set up and ends with 0', async () => {
    const text = await tsadmin(['show'], { agent: fresh });
    assert.equal(text.code, 0);
    assert.match(text.stdout, /not set up.*tsadmin add/);
    const json = await tsadmin(['show', '--json'], { agent: fresh });
    assert.deepEqual(JSON.parse(json.stdout), { set_up: false, settings: {} });
  });

  it('ends with 1 when the stored settings cannot be used', async () => {
    const settings = () => Promise.reject(new SettingsError('threatstop.conf line 3: junk'));
    const { code, stderr } = await tsadmin(['show'], { agent: { settings } });
    assert.equal(code, 1);
    assert.match(stderr, /threatstop\.conf line 3: junk/);
  });
});

describe('tsadmin config get', () => {
  it('prints the bare value of one setting', async () => {
    assert.equal((await tsadmin(['config', 'get', 'port'])).stdout, '5353\n');
  });

  it('prints NAME=VALUE lines of several, or of all', async () => {
    const some = await tsadmin(['config', 'get', 'port', 'device_id']);
    assert.equal(some.stdout, 'device_id=tdid_abcd1234\nport=5353\n');
    const all = await tsadmin(['config', 'get']);
    assert.match(all.stdout, /^policy_interval=900$/m);
    assert.match(all.stdout, /^allow_list=$/m);
  });

  it('does not print secrets', async () => {
    assert.equal((await tsadmin(['config', 'get', 'auto_key'])).stdout, '(hidden)\n');
    assert.doesNotMatch((await tsadmin(['config', 'get', '--json'])).stdout, new RegExp(SECRET));
  });

  it('refuses unknown names and those of another platform with 2', async () => {
    assert.equal((await tsadmin(['config', 'get', 'colour'])).code, 2);
    assert.equal((await tsadmin(['config', 'get', 'logopts', '--platform=openbsd'])).code, 2);
  });

  it('fails when the device is not set up', async () => {
    const { code, stderr } = await tsadmin(['config', 'get', 'port'], { agent: fresh });
    assert.equal(code, 1);
    assert.match(stderr, /not set up\nSet it up with tsadmin add\./);
  });
});

describe('tsadmin config set', () => {
  it('hands all changes over at once, checked and in their stored form', async () => {
    const argv = ['config', 'set', 'port=53', 'policy_tls=on', 'block_list=a.example, b.example'];
    const { code, stdout, calls } = await tsadmin(argv);
    assert.equal(code, 0);
    assert.equal(stdout, 'Settings stored.\n');
    assert.deepEqual(calls[0], [
      'configure',
      'cli:ann',
      { port: '53', policy_tls: 'yes', block_list: 'a.example b.example' },
    ]);
  });

  it('keeps everything behind the first "=" and empties with nothing behind it', async () => {
    const url = 'https://logs.example/up?a=b';
    const { calls } = await tsadmin(['config', 'set', `log_url=${url}`, 'nickname=']);
    assert.deepEqual(calls[0]?.[2], { log_url: url, nickname: '' });
  });

  it('takes a setting of any type back by nothing behind the "="', async () => {
    const { code, calls } = await tsadmin([
      'config',
      'set',
      'maxpolicysize=',
      'compact=',
      'port=53',
    ]);
    assert.equal(code, 0);
    assert.deepEqual(calls[0]?.[2], { maxpolicysize: '', compact: '', port: '53' });
  });

  it('reads a secret from a file or from standard input', async () => {
    const byFile = await tsadmin(['config', 'set', 'auto_key=@/key'], {
      files: { '/key': `${SECRET}\n` },
    });
    const byInput = await tsadmin(['config', 'set', 'auto_key=-'], { piped: SECRET });
    for (const { calls } of [byFile, byInput]) {
      assert.deepEqual(calls[0]?.[2], { auto_key: SECRET });
    }
  });

  it('says when the portal overrules the value', async () => {
    const text = await tsadmin(['config', 'set', 'maxpolicysize=5']);
    assert.match(text.stdout, /^maxpolicysize: the portal sends this setting/m);
    const json = await tsadmin(['config', 'set', 'maxpolicysize=5', 'port=53', '--json']);
    assert.deepEqual((JSON.parse(json.stdout) as { overruled: unknown }).overruled, [
      'maxpolicysize',
    ]);
  });

  for (const [why, ...words] of [
    ['nothing to set', 'set'],
    ['no such action', 'change', 'port=53'],
    ['no "="', 'set', 'port'],
    ['no name', 'set', '=53'],
    ['an unknown name', 'set', 'colour=red'],
    ['a bad value', 'set', 'port=0'],
    ['enabled, which has commands of its own', 'set', 'enabled=yes'],
    ['a setting of another platform', 'set', 'logopts=--log-uid', '--platform=pfsense'],
  ] as const) {
    it(`refuses with 2: ${why}`, async () => {
      const { code, calls } = await tsadmin(['config', ...words]);
      assert.equal(code, 2);
      assert.deepEqual(calls, []);
    });
  }

  it('ends with 1 when the agent refuses the whole', async () => {
    const configure = () => Promise.reject(new SettingsError('type: auto needs auto_key'));
    const { code } = await tsadmin(['config', 'set', 'type=auto'], { agent: { configure } });
    assert.equal(code, 1);
  });
});

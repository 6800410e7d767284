import assert from 'node:assert/strict';
import { SettingsError } from '../../src/core/errors.ts';
import { proxyFor, type Environment } from '../../src/system/proxy-setting.ts';

const HTTPS = 'https://logs.example.net/upload';
const HTTP = 'http://logs.example.net:8080/upload';

describe('proxyFor', () => {
  const proxy = 'http://proxy.example:3128/';
  const rows: [name: string, url: string, setting: string, Environment, expected: string | null][] =
    [
      ['the option wins', HTTPS, proxy, { HTTPS_PROXY: 'http://other:1' }, proxy],
      ['none is direct whatever the environment says', HTTPS, 'none', { HTTPS_PROXY: proxy }, null],
      ['an empty environment is direct', HTTPS, '', {}, null],
      ['an empty variable is direct', HTTPS, '', { HTTPS_PROXY: '', https_proxy: '' }, null],
      ['https takes HTTPS_PROXY', HTTPS, '', { HTTPS_PROXY: proxy, HTTP_PROXY: 'x:1' }, proxy],
      ['https takes HTTP_PROXY without it', HTTPS, '', { HTTP_PROXY: proxy }, proxy],
      ['http takes HTTP_PROXY', HTTP, '', { HTTPS_PROXY: 'x:1', http_proxy: proxy }, proxy],
      ['http does not take HTTPS_PROXY', HTTP, '', { HTTPS_PROXY: proxy }, null],
      ['small letters do', HTTPS, '', { https_proxy: proxy }, proxy],
      ['a scheme is not needed', HTTPS, '', { HTTPS_PROXY: 'proxy.example:3128' }, proxy],
      [
        'user and password in the form of fetch(3)',
        HTTPS,
        '',
        { HTTP_PROXY: proxy, HTTP_PROXY_AUTH: 'basic:*:us er:p@ss:w' },
        'http://us%20er:p%40ss%3Aw@proxy.example:3128/',
      ],
      [
        'those of the URL go first',
        HTTPS,
        '',
        { HTTP_PROXY: 'http://a:b@proxy.example:3128', HTTP_PROXY_AUTH: 'basic:*:c:d' },
        'http://a:b@proxy.example:3128/',
      ],
    ];
  for (const [name, url, setting, environment, expected] of rows) {
    it(name, () => {
      assert.equal(proxyFor(url, setting, environment)?.href ?? null, expected);
    });
  }

  const exceptions: [list: string, url: string, direct: boolean][] = [
    ['*', HTTPS, true],
    ['logs.example.net', HTTPS, true],
    ['LOGS.example.NET', HTTPS, true],
    ['other, example.net', HTTPS, true],
    ['.example.net', HTTPS, true],
    ['*.example.net', HTTPS, true],
    ['logs.example.net:443', HTTPS, true],
    ['logs.example.net:8080', HTTP, true],
    ['logs.example.net:8443', HTTPS, false],
    ['ample.net', HTTPS, false],
    ['', HTTPS, false],
    ['.', HTTPS, false],
    ['192.0.2.7', 'https://192.0.2.7/', true],
    ['::1', 'https://[::1]:8443/', true],
    ['[::1]:8443', 'https://[::1]:8443/', true],
    ['[::1]:443', 'https://[::1]:8443/', false],
  ];
  for (const [list, url, direct] of exceptions) {
    it(`NO_PROXY "${list}" ${direct ? 'excepts' : 'does not except'} ${url}`, () => {
      const environment = { NO_PROXY: list, HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
      assert.equal(proxyFor(url, '', environment) === null, direct);
    });
  }

  it('refuses another kind of proxy, naming the variable and not the password', () => {
    for (const value of ['socks5://user:hunter2@proxy:1080', 'http://user:hunter2@', 'http://:x']) {
      assert.throws(
        () => proxyFor(HTTPS, '', { HTTPS_PROXY: value }),
        (error) =>
          error instanceof SettingsError &&
          error.message.includes('HTTPS_PROXY') &&
          !error.message.includes('hunter2'),
      );
    }
    assert.throws(() => proxyFor(HTTPS, 'http://proxy:99999', {}), SettingsError);
  });
});

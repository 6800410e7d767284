import { UsageError } from '../core/errors.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';

interface LoginLink {
  readonly link: string;
  readonly address: string;
  readonly fingerprint: string | null;
}

/** `tsadmin ui` */
export const uiCommand: Command = {
  name: 'ui',
  usage: 'ui [--password=- | --password=@FILE | --logout]',
  summary: 'print a link that opens the page once',
  details: [
    'The link works once, for 15 minutes, on the address that ui_address names (default 127.0.0.1:8470: this machine only; from elsewhere forward the port by ssh -L).',
    'With a password the page can be opened without a link, and ui_address may be an address that others reach; it then speaks TLS, by ui_tls_cert and ui_tls_key or by a certificate of its own, whose fingerprint is printed.',
    'On pfSense the page is at Firewall > ThreatSTOP.',
  ],
  options: {
    password: {
      type: 'string',
      argument: '-|@FILE',
      description:
        'Set the password of the page, read from standard input (-) or a file. All sessions end.',
    },
    logout: { type: 'boolean', description: 'End all sessions.' },
  },
  async run(context, { password, logout }) {
    if (typeof password === 'string') return setPassword(context, password);
    if (logout === true) {
      await context.askService('ui-logout');
      context.print('All sessions have ended.');
      return 0;
    }
    const { link, address, fingerprint } = (await context.askService('login-link')) as LoginLink;
    context.print(link);
    if (fingerprint !== null) context.print(`Certificate (SHA-256): ${fingerprint}`);
    context.printJson({ link, address, fingerprint });
    return 0;
  },
};

async function setPassword(context: CommandContext, source: string): Promise<number> {
  await context.askService('ui-password', await readPassword(context, source));
  context.print('The password is set. All sessions have ended.');
  context.printJson({ password: 'set' });
  return 0;
}

/** Never from the command line itself: everybody sees the arguments of a process. */
async function readPassword(context: CommandContext, source: string): Promise<string> {
  if (source.startsWith('@')) return (await context.readFile(source.slice(1))).trim();
  if (source !== '-') {
    throw new UsageError('ui: a password is not given in the arguments', {
      remedy: 'Use --password=- to type it, or --password=@FILE.',
    });
  }
  return (await context.readNewSecret('New password (not shown):')).trim();
}

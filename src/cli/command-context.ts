import { actorOf } from '../core/actor.ts';
import { AgentError, printable } from '../core/errors.ts';
import type { Agent } from '../tasks/agent.ts';
import type { CommandValues } from './command.ts';
import type { AgentLocation, CliContext, CommandContext } from './context.ts';
import { locate } from './global-options.ts';
import { jsonText } from './json.ts';
import { lineReader, type LineReader } from './line-reader.ts';
import { paint } from './output.ts';
import { productOf } from './product.ts';

/**
 * Runs a command's work in its context and lets go of standard input afterwards.
 * @param values the options given, of which the global ones are read here
 * @throws UsageError for a wrong global switch, and whatever the work throws
 */
export async function inCommandContext(
  context: CliContext,
  values: CommandValues,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const location = locate(context, values);
  const lines = lineReader(() => context.stdin);
  try {
    return await work(commandContext(context, location, values['json'] === true, lines));
  } finally {
    lines.close();
  }
}

function commandContext(
  context: CliContext,
  location: AgentLocation,
  json: boolean,
  lines: LineReader,
): CommandContext {
  const colours = hasColours(context) && !json;
  const { stdout, release, clock, environment } = context;
  const actor = actorOf('cli', userName(environment), clientAddress(environment));
  return {
    ...location,
    stdout,
    release,
    clock,
    readFile: (path) => context.readFile(path),
    json,
    get interactive() {
      return context.isTerminal.stdin && !json;
    },
    product: productOf(location.platform),
    actor,
    print: (line = '', colour) => {
      if (!json) stdout.write(`${paint(colours ? colour : undefined, line)}\n`);
    },
    printJson: (value) => {
      if (json) stdout.write(`${jsonText(value)}\n`);
    },
    ask: async (question) => {
      stdout.write(`${printable(question)} `);
      const answer = await lines.next();
      if (answer !== null) return answer.trim();
      stdout.write('\n');
      throw new AgentError('no answer: nothing was changed');
    },
    readLine: () => lines.next(),
    askService: (verb, ...args) => context.askService(location, verb, actor, args),
    withAgent: (work) => withAgent(context, location, work),
  };
}

async function withAgent<T>(
  context: CliContext,
  location: AgentLocation,
  work: (agent: Agent) => Promise<T>,
): Promise<T> {
  const agent = await context.openAgent(location);
  try {
    return await work(agent);
  } finally {
    agent.close();
  }
}

/** https://no-color.org: any text in NO_COLOR switches colours off. */
function hasColours({ isTerminal, environment }: CliContext): boolean {
  return isTerminal.stdout && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** Where the person is who is logged in by SSH (`203.0.113.9 52211 22`, sshd(8)); empty at the console. */
function clientAddress(environment: CliContext['environment']): string {
  const connection = environment['SSH_CONNECTION'] ?? environment['SSH_CLIENT'] ?? '';
  const [address = ''] = connection.split(' ', 1);
  return /^[0-9A-Fa-f:.]{2,45}$/.test(address) ? address : '';
}

/** The person behind sudo or doas, else the user of the process. */
function userName(environment: CliContext['environment']): string {
  const names = ['SUDO_USER', 'DOAS_USER', 'USER', 'LOGNAME'].map((name) => environment[name]);
  return names.find((name) => name !== undefined && /^[\w.-]{1,64}$/.test(name)) ?? 'unknown';
}

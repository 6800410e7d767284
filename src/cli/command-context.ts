import { actorOf } from '../core/actor.ts';
import { AgentError, printable } from '../core/errors.ts';
import type { Agent } from '../tasks/agent.ts';
import type { CommandValues } from './command.ts';
import type { AgentLocation, CliContext, CommandContext, SettingsReader } from './context.ts';
import { locate } from './global-options.ts';
import { jsonText } from './json.ts';
import { lineReader, type LineReader } from './line-reader.ts';
import { paint, type Colour } from './output.ts';
import type { ProgressBar } from './progress-bar.ts';
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
    return await work(commandContext(context, location, mannerOf(values), lines));
  } finally {
    lines.close();
  }
}

/** How a command is to speak. */
interface Manner {
  readonly json: boolean;
  readonly silent: boolean;
}

function mannerOf({ json, silent }: CommandValues): Manner {
  return { json: json === true, silent: silent === true };
}

function commandContext(
  context: CliContext,
  location: AgentLocation,
  manner: Manner,
  lines: LineReader,
): CommandContext {
  const { json } = manner;
  const { stdout, release, clock, environment } = context;
  const bar: { current: ProgressBar | null } = { current: null };
  const actor = actorOf('cli', userName(environment), clientAddress(environment));
  return {
    ...location,
    stdout,
    release,
    clock,
    readFile: (path) => context.readFile(path),
    writeFile: (path, text) => context.writeFile(path, text),
    stopSignal: () => context.stopSignal(),
    json,
    get interactive() {
      return context.isTerminal.stdin && !json;
    },
    product: productOf(location.platform),
    actor,
    ...printing(context, json, bar),
    ask: async (question) => {
      stdout.write(`${printable(question)} `);
      const answer = await lines.next();
      if (answer !== null) return answer.trim();
      stdout.write('\n');
      throw new AgentError('no answer: nothing was changed');
    },
    readLine: () => lines.next(),
    readSecret: async (question) =>
      context.isTerminal.stdin ? context.readSecret(question) : ((await lines.next()) ?? ''),
    readNewSecret: (question) => context.readNewSecret(question),
    askService: (verb, ...args) => context.askService(location, verb, actor, args),
    withAgent: async (work) => {
      const agent = await context.openAgent(location);
      bar.current = await barOf(context, agent, manner);
      try {
        return await work(agent);
      } finally {
        bar.current?.stop();
        agent.close();
      }
    },
    withSettings: async (work) => withSettings(await context.openSettings(location), work),
  };
}

async function withSettings<T>(
  reader: SettingsReader,
  work: (reader: SettingsReader) => Promise<T>,
): Promise<T> {
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

/** Lines and JSON; a bar on the screen makes room for a line. */
function printing(
  context: CliContext,
  json: boolean,
  bar: { readonly current: ProgressBar | null },
): Pick<CommandContext, 'print' | 'printJson'> {
  let colours: boolean | null = null;
  const wanted = (colour: Colour | undefined): Colour | undefined => {
    if (colour === undefined) return undefined;
    colours ??= hasColours(context);
    return colours ? colour : undefined;
  };
  return {
    print: (line = '', colour) => {
      if (json) return;
      bar.current?.hide();
      context.stdout.write(`${paint(wanted(colour), line)}\n`);
    },
    printJson: (value) => {
      if (json) context.stdout.write(`${jsonText(value)}\n`);
    },
  };
}

async function barOf(
  context: CliContext,
  agent: Agent,
  { json, silent }: Manner,
): Promise<ProgressBar | null> {
  const { isTerminal, stderr: output } = context;
  if (silent || json || !isTerminal.stderr) return null;
  const { startProgressBar } = await import('./progress-bar.ts');
  return startProgressBar(() => agent.progress(), { output, columns: context.columns });
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

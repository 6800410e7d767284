import type { Command, CommandOptions } from './command.ts';
import { commandList } from './commands.ts';
import { globalOptions } from './global-options.ts';

/**
 * The completion script for bash (docs/completion/tsadmin.bash): commands, their options, and values
 * where there is a fixed choice. In bash "=" is a word of its own.
 */
export function bashCompletion(commands: readonly Command[]): string {
  const names = commandList.flatMap(({ name, aliases }) => [name, ...aliases]);
  return `# bash completion for tsadmin(8). Made by: tsadmin help --completion

_tsadmin() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= one
  local commands='${names.join(' ')}'
  local options='${optionWords(globalOptions)}'

  for one in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $commands " in
      *" $one "*) command=$one; break ;;
    esac
  done
  if [ "$word" = = ]; then
    word=
  elif [ "$before" = = ]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi

  case $before in
    --root) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
${choiceCases(commands)}
  esac
  case $command in
    '') words=$commands ;;
${commands.flatMap(commandCase).join('\n')}
  esac
  case $before in
    help) words=$commands ;;
    config) words='get set' ;;
  esac

  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
  esac
}

complete -F _tsadmin tsadmin
`;
}

function optionWords(options: CommandOptions): string {
  return Object.keys(options)
    .map((name) => `--${name}`)
    .join(' ');
}

function commandCase({ name, options }: Command): readonly string[] {
  const own = optionWords(options);
  return own === '' ? [] : [`    ${name}) options="$options ${own}" ;;`];
}

function choiceCases(commands: readonly Command[]): string {
  const all = [globalOptions, ...commands.map(({ options }) => options)].flatMap(
    (options: CommandOptions) => Object.entries(options),
  );
  return all
    .filter(([, { choices }]) => choices !== undefined)
    .map(
      ([name, { choices = [] }]) =>
        `    --${name}) mapfile -t COMPREPLY < <(compgen -W '${choices.join(' ')}' -- "$word"); return ;;`,
    )
    .join('\n');
}

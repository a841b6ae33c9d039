import { unreachable } from "../components/policy/unreachable";

/** What a shell completes of one command. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  /** `--stack`. */
  readonly long: string;
  readonly words: string;
  readonly takesValue: boolean;
  /** Of the value, where there is a choice. */
  readonly choices: readonly string[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * A script that completes by itself: it starts no process, for what was typed so far may hold a sequence, and whatever
 * a process is given others can see.
 */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
    default:
      return unreachable(shell);
  }
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) options="${options.map(({ long }) => long).join(" ")}" ;;`,
  );
  const choices = choicesOf(commands).map(
    ({ command, long, words }) => `    ${command}:${long}) options="${words.join(" ")}" word_is_choice=1 ;;`,
  );
  return `# Completion of portknock for bash: eval "$(portknock completion bash)"
_portknock() {
  local word=\${COMP_WORDS[COMP_CWORD]} options="" word_is_choice=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word"))
    return
  fi
  local i
  for ((i = 2; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -- ]] && return
  done
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
  esac
  case \${COMP_WORDS[1]}:\${COMP_WORDS[COMP_CWORD - 1]} in
${choices.join("\n")}
  esac
  if [[ $word == -* || -n $word_is_choice ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}
complete -o bashdefault -o default -F _portknock portknock
`;
}

function zshScript(commands: readonly CompletedCommand[]): string {
  const described = commands.map(({ name, summary }) => `    ${zshWord(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options }) => {
    const specs = options.map(({ long, words, takesValue, choices }) => {
      const value = choices.length > 0 ? `:value:(${choices.join(" ")})` : takesValue ? ":value:_files" : "";
      return zshWord(`${long}[${words.replace(/[[\]:]/g, "\\$&")}]${value}`);
    });
    return `    ${name}) _arguments -S ${[...specs, "'*:file:_files'"].join(" ")} ;;`;
  });
  return `#compdef portknock
# Completion of portknock for zsh: eval "$(portknock completion zsh)", behind compinit
_portknock() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  ((CURRENT--))
  case $command in
${cases.join("\n")}
  esac
}
compdef _portknock portknock
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c portknock -n __fish_use_subcommand -f -a ${name} -d ${fishWord(summary)}`,
    ...options.map(({ long, words, takesValue, choices }) => {
      const value = choices.length > 0 ? ` -x -a ${fishWord(choices.join(" "))}` : takesValue ? " -r" : "";
      const of = `-n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)}`;
      return `complete -c portknock ${of}${value} -d ${fishWord(words)}`;
    }),
  ]);
  return `# Completion of portknock for fish: portknock completion fish | source\n${lines.join("\n")}\n`;
}

function choicesOf(commands: readonly CompletedCommand[]) {
  return commands.flatMap(({ name, options }) =>
    options.flatMap(({ long, choices }) =>
      choices.length === 0 ? [] : [{ command: name, long, words: choices }],
    ),
  );
}

function zshWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishWord(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

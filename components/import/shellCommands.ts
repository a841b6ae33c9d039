/**
 * A redirection with what it goes to, what ends a command, one word, or what is none of them: an expansion, a substitution, a quote
 * that nothing closes.
 */
const TOKEN =
  /\s+|(?<redirection>\d*>{1,2}(?:&\d|\s*[\w./-]+)|<\s*[\w./-]+)|(?<end>&&|\|\||[;&|])|(?<word>(?:'[^']*'|"[^"$`\\]*"|\\.|[^\s;&|()<>'"\\`$])+)|(?<other>.)/gs;

/** A command, and what stands between it and the one before, where that says when it runs. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly behind: "&&" | "||" | undefined;
}

/**
 * The commands of a line of shell.
 *
 * @returns nothing for a line that only a shell could read
 */
export function shellCommands(text: string): readonly ShellCommand[] | undefined {
  const commands: { words: string[]; behind: ShellCommand["behind"] }[] = [{ words: [], behind: undefined }];
  for (const { groups: { end, word, other } = {} } of text.matchAll(TOKEN)) {
    if (other !== undefined) {
      return undefined;
    }
    if (end !== undefined) {
      commands.push({ words: [], behind: end === "&&" || end === "||" ? end : undefined });
    } else if (word !== undefined) {
      commands.at(-1)?.words.push(unquoted(word));
    }
  }
  return commands.filter(({ words }) => words.length > 0);
}

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/gs, "$1$2$3");
}

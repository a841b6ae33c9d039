/**
 * A redirection with what it goes to, what ends a command, one word, or what is none of them: an expansion, a substitution, a quote
 * that nothing closes.
 */
const TOKEN =
  /\s+|(?<redirection>\d*>{1,2}(?:&\d|\s*[\w./-]+)|<\s*[\w./-]+)|(?<end>&&|\|\||[;&|])|(?<word>(?:'[^']*'|"[^"$`\\]*"|\\.|[^\s;&|()<>'"\\`$])+)|(?<other>.)/gs;

/**
 * The commands of a line of shell, each as its words.
 *
 * @returns nothing for a line that only a shell could read
 */
export function shellCommands(text: string): readonly (readonly string[])[] | undefined {
  const commands: string[][] = [[]];
  for (const { groups: { end, word, other } = {} } of text.matchAll(TOKEN)) {
    if (other !== undefined) {
      return undefined;
    }
    if (end !== undefined) {
      commands.push([]);
    } else if (word !== undefined) {
      commands.at(-1)?.push(unquoted(word));
    }
  }
  return commands.filter(({ length }) => length > 0);
}

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/gs, "$1$2$3");
}

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { inlineSnippets, snippetsIn } from "../support/snippets";
import { engineEnvironment, engineProblem } from "../support/tools";

const snippets = ["sh", "sh client", "sh host"].flatMap((language) => snippetsIn(language));

/** The words of each `pulumi` command in shell text, up to what ends it. */
function pulumiCommandsIn(text: string): readonly (readonly string[])[] {
  const commands = text
    .replaceAll("\\\n", " ")
    .matchAll(/(?:^ *|\$\(|[|;&] *|-- )pulumi ((?:"[^"]*"|'[^']*'|[^|;&<>)"'\n#])*)/gm);
  return [...commands].map(([, words = ""]) => words.match(/"[^"]*"|'[^']*'|\S+/g) ?? []);
}

describe("the shell of the documents", () => {
  it("is shell", () => {
    const problems = snippets.flatMap(({ place, text }) => {
      const { status, stderr } = spawnSync("bash", ["-n"], {
        input: text.replaceAll("…", "x"),
        encoding: "utf8",
      });
      return status === 0 ? [] : [`${place}: ${stderr}`];
    });
    expect(problems).toEqual([]);
    expect(snippets.length).toBeGreaterThan(50);
  });

  it.skipIf(engineProblem() !== undefined)("calls commands and options of pulumi that there are", () => {
    const commands = [...snippets, ...inlineSnippets()].flatMap(({ place, text }) =>
      pulumiCommandsIn(text).map((words) => ({ place, words })),
    );
    const problems = commands.flatMap(({ place, words }) => {
      const problem = problemOf(words);
      return problem === undefined ? [] : [`${place}: pulumi ${words.join(" ")}: ${problem}`];
    });
    expect(problems).toEqual([]);
    expect(commands.length).toBeGreaterThan(40);
    expect(problemOf(["config", "set", "--sekret", "x"])).toBe("has no option --sekret");
    expect(problemOf(["config", "set", "--sec", "x"])).toBe("has no option --sec");
    expect(problemOf(["up", "-x"])).toBe("has no option -x");
    expect(problemOf(["preveiw"])).toBe("is no command");
    expect(problemOf(["stack", "exprot"])).toBe("has no command exprot");
  });
});

/** What Pulumi's help says against the words of a command. */
function problemOf(words: readonly string[]): string | undefined {
  let name = "";
  for (const word of words) {
    if (helpOf(`${name} ${word}`.trim()) === undefined) break;
    name = `${name} ${word}`.trim();
  }
  const help = helpOf(name);
  if (name === "" || help === undefined) return "is no command";
  const next = words[name.split(" ").length] ?? "";
  if (takesCommandsAlone(help) && /^[a-z]/.test(next)) return `has no command ${next}`;
  const unknown = words.find((word) => /^--?[a-z]/i.test(word) && !hasOption(help, word.replace(/=.*/, "")));
  return unknown && `has no option ${unknown}`;
}

function takesCommandsAlone(help: string): boolean {
  const [, usage = ""] = /^Usage:\n((?: {2}.*\n)*)/m.exec(help) ?? [];
  return / \[command\]$/m.test(usage) && !/[<[](?!flags\]|command\])/.test(usage);
}

/** Each stands on a line of its own, the short one before the long one. */
function hasOption(help: string, option: string): boolean {
  return new RegExp(`^ +(?:-\\w, )?${option}[ ,]`, "m").test(help);
}

const helps = new Map<string, string | undefined>();

/** Nothing where there is no such command: then the help is that of the one above it. */
function helpOf(name: string): string | undefined {
  if (!/^[a-z]+(?: [a-z-]+)*$/.test(name)) return undefined;
  if (!helps.has(name)) {
    const { stdout } = spawnSync("pulumi", [...name.split(" "), "--help"], {
      encoding: "utf8",
      env: { ...process.env, ...engineEnvironment("/nowhere", "") },
    });
    helps.set(name, isHelpOf(name, stdout) ? stdout : undefined);
  }
  return helps.get(name);
}

function isHelpOf(name: string, help: string): boolean {
  const words = name.split(" ");
  const [, usage = ""] = /^Usage:\n {2}pulumi ([a-z -]*)/m.exec(help) ?? [];
  const [, aliases = ""] = /^Aliases:\n {2}(.*)$/m.exec(help) ?? [];
  const shown = usage.trim().split(" ");
  return (
    shown.length === words.length &&
    (shown.at(-1) === words.at(-1) || aliases.split(", ").includes(words.at(-1) ?? ""))
  );
}

import { describe, expect, it } from "vitest";
import { HOST_SCRIPT } from "../../components/remote/envelope";

/** What the text of a shell script does with variables; quoted text, comments and here-documents do nothing. */
interface ShellFunction {
  readonly name: string;
  readonly local: readonly string[];
  readonly assigned: readonly string[];
}

const QUOTED = /<<-?(\w+)\n[\s\S]*?\n\s*\1\n|"(?:\\[\s\S]|[^"\\])*"|'[^']*'|(?<=^|\s)#.*/gm;
const BEGINS_COMMAND = /^(?:[\n;&|(){}!]|then|do|else|elif|if|while|until)$/;

const unquoted = (script: string): string =>
  script.replaceAll(QUOTED, (text, mark) => (mark ? "\n" : text.startsWith("#") ? "" : "''"));

function functionsOf(script: string): readonly ShellFunction[] {
  return [...unquoted(script).matchAll(/^(\w+)\(\) \{\n([\s\S]*?)^\}/gm)].map(([, name = "", body = ""]) => ({
    name,
    ...variablesOf(body),
  }));
}

function variablesOf(body: string): Omit<ShellFunction, "name"> {
  const local: string[] = [];
  const assigned: string[] = [];
  let command = "\n";
  for (const word of body.replaceAll("\\\n", " ").match(/[\n;&|(){}]|[^\s;&|(){}]+/g) ?? []) {
    const [, variable] = /^(\w+)(?::?=|$)/.exec(word) ?? [];
    if (BEGINS_COMMAND.test(word)) command = "\n";
    else if (command === "\n" && !word.includes("=")) command = word;
    else if (variable === undefined || variable === "_") continue;
    else if (command === "local") local.push(variable);
    else if (command === "\n" || command === "read") assigned.push(variable);
    else if (command === "for") {
      assigned.push(variable);
      command = "in";
    }
  }
  return { local, assigned };
}

/** What functions assign and nobody declared. */
function globalsOf(script: string, shared: readonly string[] = []): readonly string[] {
  return functionsOf(script).flatMap(({ name, local, assigned }) =>
    assigned
      .filter((variable) => !local.includes(variable) && !shared.includes(variable))
      .map((variable) => `${name}: ${variable}`),
  );
}

describe("the host script", () => {
  const functions = functionsOf(HOST_SCRIPT);
  /** The list of them in main.sh is the one place. */
  const [, listed = ""] = /^# What a run finds out, .*\n((?:\w+=\n)+)/m.exec(HOST_SCRIPT) ?? [];
  const shared = listed.match(/^\w+/gm) ?? [];

  it("declares every variable of a function local, but for the few that a run finds out", () => {
    expect(globalsOf(HOST_SCRIPT, shared)).toEqual([]);
    expect(shared.filter((variable) => !globalsOf(HOST_SCRIPT).join("\n").includes(variable))).toEqual([]);
  });

  it("has no variable named like a function", () => {
    const names = functions.map(({ name }) => name);
    const constants = [...unquoted(HOST_SCRIPT).matchAll(/^(\w+)=/gm)].map(([, name = ""]) => name);
    const variables = [...constants, ...functions.flatMap(({ local, assigned }) => [...local, ...assigned])];
    expect(names.length).toBeGreaterThan(70);
    expect(variables.filter((variable) => names.includes(variable))).toEqual([]);
  });
});

describe("a function", () => {
  it.each([
    "x=1",
    "true && x=$(date)",
    "if true; then x=1; fi",
    "y=1 x=2",
    "! x=1 date",
    "for x in 1 2; do date; done",
    "date | while read -r _ x; do date; done",
    ": ${" + "x:=1}",
    "case $1 in a) x=1 ;; esac",
    "date \\\n\t\t|| x=1",
    "cat <<-END\n\t\tlocal x\n\tEND\n\tx=1",
    "# local x\n\tx=1",
  ])("is found to assign a global variable by %j", (line) => {
    const assigning = globalsOf(`f() {\n\tlocal y\n\t${line}\n}\n`);
    const declaring = globalsOf(`f() {\n\tlocal x y\n\t${line}\n}\n`);
    expect([assigning, declaring]).toEqual([["f: x"], []]);
  });

  it.each(["awk -v x=1", "date --x=1", "echo 'x=1' \"x=1\"", "# x=1", "cat <<-END\n\t\tx=1\n\tEND\n"])(
    "is found to assign none by %j",
    (line) => {
      expect(globalsOf(`f() {\n\t${line}\n}\n`)).toEqual([]);
    },
  );
});

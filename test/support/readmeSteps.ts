/** Where a person stands who follows a README. */
export type Place = "deployer" | "client" | "host";

/** One command of a README, as it is written there. */
export interface ReadmeStep {
  readonly place: Place;
  readonly command: string;
  /** What the README shows of a file: the command adds it there. */
  readonly input?: string;
  /** The lines that the README says are seen then. */
  readonly seen: readonly string[];
}

const PLACES: Readonly<Record<string, Place>> = {
  sh: "deployer",
  "sh client": "client",
  "sh host": "host",
};

/**
 * The commands of a README in its order. ` ```sh ` is typed where `pulumi up` runs, ` ```sh client ` on a machine that
 * is in no `allow`, ` ```sh host ` on the guarded host; ` ```yaml Pulumi.dev.yaml ` and ` ```json fleet.json ` are added to that file, and
 * ` ```text ` is seen of the command before it. Other blocks are for reading.
 */
export function readmeSteps(text: string): readonly ReadmeStep[] {
  const steps: ReadmeStep[] = [];
  for (const [, kind = "", block = ""] of text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const place = PLACES[kind];
    const [, file] = /^(?:yaml|json) (\S+)$/.exec(kind) ?? [];
    if (place !== undefined) {
      steps.push(...commandsOf(block).map((command) => ({ place, command, seen: [] })));
    } else if (file !== undefined) {
      steps.push({ place: "deployer", command: `cat >>${file}`, input: block, seen: [] });
    } else if (kind === "text") {
      const last = steps.pop();
      if (last === undefined) throw new Error("a README shows what is seen before any command");
      steps.push({ ...last, seen: block.split("\n").filter((line) => line.trim() !== "") });
    }
  }
  return steps;
}

/** A command is a line, and those that it goes on in. */
function commandsOf(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
}

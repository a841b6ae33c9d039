import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { STEPS } from "../../components/explain/explanation";

const [KNOCKING = "", BASELINE = ""] = readFileSync(join(__dirname, "../../docs/semantics.md"), "utf8").split(
  "## Under a baseline",
);

/** How the page begins each step. */
const BEGINNINGS: Readonly<Record<keyof typeof STEPS, string>> = {
  guardedPort: "A guarded port.",
  openPort: "A port of `openPorts`",
  noOpenPort: "The right knock at this stage.",
  loopback: "Loopback",
  martians: "Martians",
  openPorts: "Open ports",
  traps: "Traps",
  everythingElse: "Everything else",
};

it.each(Object.entries(STEPS))(
  "the page of semantics has the step of an explanation: %s, %s",
  (name, step) => {
    const [, list = "", number = ""] = /^(knocking|baseline) (\d+)/.exec(step) ?? [];
    const line =
      new RegExp(`^${number}\\. \\*\\*(.*)`, "m").exec(list === "knocking" ? KNOCKING : BASELINE)?.[1] ?? "";
    expect(line.replaceAll("**", "")).toMatch(BEGINNINGS[name as keyof typeof STEPS]);
  },
);

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { labProblem } from "../lab";
import { engineProblem } from "../test/support/tools";
import { builtCommand } from "./personCommands";

/** What the demo needs and does not find, each in one line with its remedy. */
export function missingParts(): readonly string[] {
  const hasNmap = spawnSync("nmap", ["--version"]).error === undefined;
  return [
    engineProblem(),
    labProblem(),
    existsSync(builtCommand) ? undefined : "the portknock command is not built; run: npm run setup",
    hasNmap ? undefined : "nmap is missing; run: apt-get install -y nmap",
  ].filter((problem) => problem !== undefined);
}

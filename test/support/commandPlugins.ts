import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { sshdProblem } from "./sshd";
import { engine, engineProblem } from "./tools";

export interface CommandPlugin {
  readonly name: string;
  readonly path: string;
}

/** Why command plugins cannot be tested here, or undefined when they can. */
export function commandPluginProblem(): string | undefined {
  return sshdProblem() ?? engineProblem();
}

/** The stand-in where it can be built, and the vendor's plugin where there is one: named in the environment or installed. */
export function commandPlugins(): readonly CommandPlugin[] {
  // Tests that are skipped have names too.
  if (engineProblem() !== undefined) return [{ name: "the stand-in", path: "" }];
  const real = realPlugin();
  const { standIn } = engine().plugin;
  return [
    ...(standIn === undefined ? [] : [{ name: "the stand-in", path: standIn }]),
    ...(real === undefined ? [] : [{ name: "the real plugin", path: real }]),
  ];
}

function realPlugin(): string | undefined {
  const named = process.env["PORTKNOCK_COMMAND_PLUGIN"];
  if (named !== undefined && named !== "") {
    return statSync(named).isDirectory() ? join(named, "pulumi-resource-command") : named;
  }
  const { plugin } = engine();
  if (plugin.kind !== "standIn") return plugin.path;
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const installed = join(home, "plugins/resource-command-v1.2.1/pulumi-resource-command");
  return existsSync(installed) ? installed : undefined;
}

import type { RunResult } from "../lab";
import type { FleetStack } from "../test/support/fleetStack";
import type { Account } from "./account";
import { commandLines, diagnosticLines, summaryLines } from "./engineLines";

/** What a run of the engine came to. */
export interface EngineRun {
  readonly isDone: boolean;
  readonly summary: readonly string[];
  readonly diagnostics: readonly string[];
}

/** How much of an update's output is shown: all that it did, or what went wrong and the summary. */
export type Detail = "whole" | "short";

export async function runUpdate(
  account: Account,
  stack: FleetStack,
  detail: Detail = "short",
): Promise<EngineRun> {
  const result = await account.run("operator", `pulumi up --stack ${stack.name}`, () =>
    stack.up({ check: false }),
  );
  const lines = [...commandLines(result), ...diagnosticLines(result)];
  return tell(
    account,
    result,
    detail === "whole" ? lines : lines.filter((line) => !/^warning: | updated$/.test(line)),
  );
}

export async function runPreview(
  account: Account,
  stack: FleetStack,
  args: readonly string[] = [],
): Promise<EngineRun> {
  const command = ["pulumi", "preview", ...args, "--stack", stack.name].join(" ");
  return tell(account, await account.run("operator", command, () => stack.preview({ args, check: false })));
}

export async function runDestroy(account: Account, stack: FleetStack): Promise<EngineRun> {
  const command = `pulumi destroy --stack ${stack.name}`;
  return tell(account, await account.run("operator", command, () => stack.destroy({ check: false })));
}

export async function setConfig(
  account: Account,
  stack: FleetStack,
  path: string,
  value: string,
): Promise<void> {
  await account.run("operator", `pulumi config set --path '${path}' ${value}`, () =>
    stack.pulumi(["config", "set", "--path", path, value]),
  );
}

function tell(account: Account, result: RunResult, lines = diagnosticLines(result)): EngineRun {
  const summary = summaryLines(result);
  const last = summary.length === 0 ? result.stderr.trim().split("\n") : [summary.join(", ")];
  account.output([...lines, ...last]);
  return { isDone: result.exitCode === 0, summary, diagnostics: diagnosticLines(result) };
}

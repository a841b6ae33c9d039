import { attemptOf } from "../../../components/remote/lastLines";
import type { LabHost } from "../../../lab";
import { confirmInput, deliver, type HostPayload } from "../hostPayload";
import { hasty, type Run } from "./faultHost";
import type { DeployerName, FaultRulesChanges, RulesName } from "./faultRules";

/** Rules that a host may be left with, and how it lists them. */
export interface Rules {
  readonly name: RulesName;
  readonly payload: HostPayload;
  readonly listing: string;
}

export interface Setting {
  readonly host: LabHost;
  /** The confirmed rules, if the host is guarded. */
  readonly old: Rules | undefined;
  /** Others, which let the deployer in. */
  readonly next: Rules;
  /** Others, which shut the deployer out. */
  readonly shut: Rules;
  /** Rules that let the deployer in, changed. */
  changed(changes: FaultRulesChanges): HostPayload;
}

/** What stands once a run and its guard have ended. */
export type End = "old" | "new" | "none";

export interface Scenario {
  readonly name: string;
  readonly verb: "apply" | "confirm" | "rollback" | "remove" | "status" | "fill" | "deliver";
  /** Who must get in so, for it to mean anything. @default anybody */
  readonly deployer?: DeployerName;
  readonly from: "unguarded" | "guarded";
  /** The rules that are new in it. */
  readonly brings: "next" | "shut";
  /** After a run that nothing happened to, its guard included. */
  readonly ends: End;
  /** What else a run may leave that something happened to. */
  readonly mayEnd?: End;
  /** Whether what stands in the end is known to the host. @default true */
  readonly isStray?: boolean;
  /** Whether tokens are gone before it. @default false */
  readonly isEmptied?: boolean;
  prepare(setting: Setting): Promise<Run>;
}

/** Runs a verb to which nothing happens. */
export async function runWell(host: LabHost, name: string, input: string): Promise<string> {
  if (name === "apply") await deliver(host, input);
  const { exitCode, stdout, stderr } = await host.run(`sh -s ${name} m1`, { input, check: false });
  if (exitCode !== 0 || stderr !== "") throw new Error(`${name}: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

export async function applied({ host }: Pick<Setting, "host">, rules: Rules, seconds = 60): Promise<string> {
  const stdout = await runWell(host, "apply", hasty(rules.payload, seconds));
  return attemptOf(stdout);
}

export function confirming({ payload }: Rules, attempt: string): string {
  return confirmInput(payload.input, attempt);
}

import { policySchema } from "../../components/policy/written/policySchema";
import type { ProgramKind } from "./fleetStack";

/** The engine's summary: `["~ 2 updated", "6 unchanged"]`. */
export function changes(output: string): readonly string[] {
  const [, summary = ""] = output.split("Resources:\n");
  const [block = ""] = summary.split("\n\n");
  return block
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("warning:"));
}

/**
 * The warnings and errors of the engine's last section, one entry a line, without what they are attached to. In which
 * order those of several resources come differs from run to run.
 */
export function diagnostics(output: string): readonly string[] {
  return diagnosticLines(output)
    .filter((line) => line.startsWith("    "))
    .map((line) => line.trim());
}

/** The same of one resource alone: `PortKnockFirewall (edge)`. */
export function diagnosticsOf(output: string, resource: string): readonly string[] {
  const lines = diagnosticLines(output);
  const heading = lines.findIndex((line) => /^ {2}\S/.test(line) && line.endsWith(`:${resource}:`));
  const block = heading < 0 ? [] : lines.slice(heading + 1);
  const end = block.findIndex((line) => !line.startsWith("    "));
  return (end < 0 ? block : block.slice(0, end)).map((line) => line.trim());
}

/** What ends a program of which a component was refused. The SDK says twice what has ended an inline one. */
export function stopsOf(kind: ProgramKind, component: string): readonly string[] {
  const stop = `error: the policy of ${component} was refused; its problems are listed under ${component}`;
  return kind === "inline" ? [stop, stop] : [stop];
}

function diagnosticLines(output: string): readonly string[] {
  const [, section = ""] = output.split("Diagnostics:\n");
  const [block = ""] = section.split(/\n(?:Outputs|Resources):\n/);
  return block.split("\n");
}

/** `diagnostics` without the warnings about the policy itself, which every run of the same program repeats. */
export function hostDiagnostics(output: string): readonly string[] {
  return diagnostics(output).filter((line) => !isPolicyWarning(line));
}

export function isPolicyWarning(line: string): boolean {
  return POLICY_WARNING.test(line);
}

const POLICY_WARNING = new RegExp(`^warning: (${Object.keys(policySchema.shape).join("|")})\\b`);

/** The resources that the engine touches, by logical name. */
export function touched(output: string): readonly string[] {
  const rows = output.matchAll(
    /^ ?[~+-]+ +command:remote:Command (\S+) (?:update|updated|create|created|delete)\b/gm,
  );
  return [...new Set([...rows].map(([, name = ""]) => name))].toSorted();
}

import { parsePolicy } from "../../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import { type BenchService, policyInput } from "../services";
import { loadWithNft } from "./loadWithNft";
import type { System } from "./system";

/** Guarded ports answer as the closed ports of a bare table do. */
const guard = { guardedAnswer: "drop" };
/** The tracks lie in networks that are martians elsewhere. */
const baseline = { ...guard, baseline: { exceptNetworks: ["10.0.0.0/8", "fd00::/8"] } };

export const oursGuard: System = {
  name: "portknock, guard",
  isBesideBare: true,
  prepare: (services) => loadWithNft(oursText(services, guard)),
};

export const oursBaseline: System = {
  name: "portknock, baseline",
  isBesideBare: false,
  prepare: (services) => loadWithNft(oursText(services, baseline)),
};

function oursText(services: readonly BenchService[], rest: Readonly<Record<string, unknown>>): string {
  return printRuleset(compilePolicy(parsePolicy(policyInput(services, rest))));
}

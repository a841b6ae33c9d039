import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Lab } from "../../lab";

/** What all contenders bring: two services, and who never knocks. A change opens a port. */
export function wantedPolicy(lab: Lab, openPorts: readonly string[]) {
  return {
    services: {
      ssh: { ports: ["22"], sequence: "7000,9000,8000" },
      admin: { ports: ["8443"], sequence: "7100,9100,8100" },
    },
    allow: [lab.operator.address4],
    openPorts,
  };
}

/** The same as a ruleset. */
export function wantedRules(lab: Lab, openPorts: readonly string[]): string {
  return printRuleset(compilePolicy(parsePolicy(wantedPolicy(lab, openPorts))));
}

/** Ports that are open before a change, and after it; and before it again. */
export function nextPorts(openPorts: readonly string[]): readonly string[] {
  return openPorts.includes("443") ? ["80"] : ["80", "443"];
}

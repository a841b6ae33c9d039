import type { DeployerName } from "./faultRules";
import { OTHERS } from "./otherScenarios";
import type { Scenario } from "./setting";
import { UPDATES } from "./updateScenarios";

export const SCENARIOS: readonly Scenario[] = [...UPDATES, ...OTHERS];

/** The scenarios of those who get in so. */
export function scenariosOf(deployer: DeployerName): readonly Scenario[] {
  return SCENARIOS.filter((scenario) => scenario.deployer === undefined || scenario.deployer === deployer);
}

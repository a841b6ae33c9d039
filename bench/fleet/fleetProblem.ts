import { spawnSync } from "node:child_process";
import { labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { engineProblem } from "../../test/support/tools";

/** Why the fleet cannot be measured here, with what to do. */
export function fleetProblem(): string | undefined {
  const hasAnsible = spawnSync("sh", ["-c", "command -v ansible-playbook"]).status === 0;
  return (
    labProblem() ??
    engineProblem() ??
    baseProblem("ansible") ??
    (hasAnsible ? undefined : "ansible is missing; run: apt-get install -y ansible-core")
  );
}

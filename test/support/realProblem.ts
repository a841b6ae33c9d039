import { labProblem } from "../../lab";
import { engineProblem } from "./tools";

/** Why tests with the real engine and real hosts cannot run here, or undefined when they can. */
export function realProblem(): string | undefined {
  return engineProblem() ?? labProblem();
}

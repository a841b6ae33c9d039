import type { Command } from "commander";
import { addAddressCommand } from "./addressCommand";
import { addCheckCommand } from "./checkCommand";
import { addExplainCommand } from "./explainCommand";
import { addHelpCommand } from "./helpCommand";
import { addKnockCommand } from "./knockCommand";
import { addOpenCommand } from "./openCommand";
import { refuseRepeats } from "./refuseRepeats";
import { addRenderCommand } from "./renderCommand";
import { addReviewCommand } from "./reviewCommand";
import { addStatusCommand } from "./statusCommand";
import { addTokenCommand } from "./tokenCommand";

/** All there are, in the order in which the help has them. */
export function addCommands(program: Command): void {
  addKnockCommand(program);
  addOpenCommand(program);
  addStatusCommand(program);
  addTokenCommand(program);
  addAddressCommand(program);
  addCheckCommand(program);
  addRenderCommand(program);
  addReviewCommand(program);
  addExplainCommand(program);
  addHelpCommand(program);
  refuseRepeats(program);
}

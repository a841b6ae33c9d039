import type { Command } from "commander";
import { addAddressCommand } from "./addressCommand";
import { addCardCommand } from "./cardCommand";
import { addCheckCommand } from "./checkCommand";
import { addCompletionCommand } from "./completionCommand";
import { addEnrollCommand } from "./enrollCommand";
import { addExplainCommand } from "./explainCommand";
import { addHelpCommand } from "./helpCommand";
import { addImportCommand } from "./importCommand";
import { addKnockCommand } from "./knockCommand";
import { addOpenCommand } from "./openCommand";
import { addProxyCommand } from "./proxyCommand";
import { refuseRepeats } from "./refuseRepeats";
import { addRenderCommand } from "./renderCommand";
import { addReviewCommand } from "./reviewCommand";
import { addSshCommand } from "./sshCommand";
import { addSshConfigCommand } from "./sshConfigCommand";
import { addStatusCommand } from "./statusCommand";
import { addTokenCommand } from "./tokenCommand";
import { addVerifyCommand } from "./verifyCommand";

/** All there are, in the order in which the help has them. */
export function addCommands(program: Command): void {
  addKnockCommand(program);
  addOpenCommand(program);
  addSshCommand(program);
  addProxyCommand(program);
  addSshConfigCommand(program);
  addCardCommand(program);
  addEnrollCommand(program);
  addStatusCommand(program);
  addVerifyCommand(program);
  addTokenCommand(program);
  addAddressCommand(program);
  addCheckCommand(program);
  addRenderCommand(program);
  addImportCommand(program);
  addReviewCommand(program);
  addExplainCommand(program);
  addCompletionCommand(program);
  addHelpCommand(program);
  refuseRepeats(program);
}

import type { Command } from "commander";
import { usageError } from "./commandError";

/** Commander takes the last value of an option that is given twice, without a word. */
export function refuseRepeats(program: Command): void {
  for (const command of program.commands) {
    for (const option of command.options.filter(({ required, optional }) => required || optional)) {
      let isGiven = false;
      command.on(`option:${option.name()}`, () => {
        if (isGiven) {
          throw usageError(`${option.long ?? option.short}: is given twice; give it once`);
        }
        isGiven = true;
      });
    }
  }
}

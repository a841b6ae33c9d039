import { createAccount } from "./account";
import type { Scene } from "./scene";
import type { Step } from "./step";
import type { Terminal } from "./terminal";

export interface Outcome {
  readonly passed: number;
  /** The number of the step that stopped the story. */
  readonly failed?: number;
}

/** Plays the steps in their order, up to the first that fails: each one builds on what the others left. */
export async function playStory(steps: readonly Step[], scene: Scene, terminal: Terminal): Promise<Outcome> {
  const account = createAccount(terminal);
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    terminal.line("");
    terminal.line(terminal.paint("bold", `${`${number}`.padStart(2)}  ${step.title}`));
    const started = performance.now();
    try {
      await step.play(scene, account);
    } catch (error) {
      account.fail(error);
      return { passed: index, failed: number };
    }
    account.end((performance.now() - started) / 1000);
  }
  return { passed: steps.length };
}

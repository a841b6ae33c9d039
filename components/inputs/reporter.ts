import type * as pulumi from "@pulumi/pulumi";
import { PolicyError, type Problem, printProblem } from "../policy/policyError";
import { programKind } from "../program/programKind";
import { sayOf } from "../program/sayOf";
import { stopError } from "../program/stopError";

/** Tells a person what is wrong with a component, on that component. */
export interface Reporter {
  /** The component's name. */
  readonly component: string;
  warn(warning: Problem): void;
  /** Reports the problems, once, and gives the error to stop with: always the same one, which the SDK prints once. */
  refuse(problems: readonly Problem[]): Error;
}

/**
 * Problems are errors of the component, and what is thrown says no more than which one was refused: a program that
 * has run its last line prints whatever is still thrown as an error of the stack, with its stack trace. A logged
 * error alone would not do, for Pulumi takes that program for finished and deletes what it did not register.
 */
export function reporterOf(component: pulumi.Resource, name: string): Reporter {
  const reported = new Set<string>();
  const isHosted = programKind() === "componentHost";
  let said = `the policy of ${name} was refused; its problems are listed under ${name}`;
  const error = stopError(() => said);
  return {
    component: name,
    warn: (warning) => {
      sayOf(component, "warn", printProblem(warning));
    },
    refuse: (problems) => {
      const { message } = new PolicyError(problems);
      if (!reported.has(message)) {
        reported.add(message);
        if (isHosted) {
          // The engine prints what a component host throws, and stops before it hears what was logged.
          said = [...reported].join("\n");
        } else {
          sayOf(component, "error", message);
        }
      }
      return error;
    },
  };
}

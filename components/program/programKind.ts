import * as pulumi from "@pulumi/pulumi";

/**
 * What runs us: nothing but mocks, where nobody is asked and nothing transformed; the CLI; the Automation API, inside
 * a process of somebody else; or the engine, for a program of another language.
 */
export type ProgramKind = "mocked" | "CLI" | "inline" | "componentHost";

/** The SDK's own `hasEngine` is true under the CLI alone (3.187 to 3.276), and there once somebody got the engine. */
export function programKind(): ProgramKind {
  if (pulumi.runtime.getEngine() === undefined) {
    return "mocked";
  }
  if (pulumi.runtime.hasEngine()) {
    return "CLI";
  }
  return pulumi.runtime.getStackResource() === undefined ? "componentHost" : "inline";
}

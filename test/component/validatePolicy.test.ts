import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../components/policy/policyError";
import { withoutStack } from "../../components/validatePolicy";
import { runProgram } from "../support/registrations";

const PROBLEM = { path: "services.ssh.ports", problem: "names no port", remedy: "list at least one" };
const MESSAGE = "services.ssh.ports: names no port; list at least one";

describe("a refused policy", () => {
  it("is an error of the component that holds its message and no stack", async () => {
    const { result } = await runProgram(() =>
      refusal(() => {
        throw new PolicyError([PROBLEM]);
      }),
    );
    const { component, error } = result;
    expect(error).toBeInstanceOf(pulumi.ResourceError);
    expect(error).toMatchObject({ message: MESSAGE, stack: MESSAGE, resource: component, hideStack: true });
  });

  it("keeps its message when the SDK writes its own words before it", async () => {
    const { result } = await runProgram(() =>
      refusal(() => {
        throw new PolicyError([PROBLEM]);
      }),
    );
    const { error } = result;
    if (error instanceof Error) error.message = `error serializing property create: ${error.message}`;
    expect(error).toMatchObject({ message: MESSAGE });
  });

  it("leaves any other error as it is, and hands on what a validation gives", async () => {
    const bug = new Error("bug: impossible");
    const { result } = await runProgram(() =>
      refusal(() => {
        throw bug;
      }),
    );
    expect(result.error).toBe(bug);
    expect(withoutStack(result.component, () => 5)).toBe(5);
  });
});

/** In an object: a component that is returned alone would be waited for. */
async function refusal(validate: () => never) {
  const component = new pulumi.ComponentResource("test:index:Component", "edge");
  try {
    return { component, error: withoutStack(component, validate) };
  } catch (error: unknown) {
    return { component, error };
  }
}

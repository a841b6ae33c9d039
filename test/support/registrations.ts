import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { isRpcSecret, unknownValue, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { vi } from "vitest";

/** A resource as a program registered it with the engine. */
export interface Registration {
  readonly type: string;
  /** The name of its parent; empty for the stack. */
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Which inputs are secret. */
  readonly secrets: readonly string[];
  /** The names of what it waits for by `dependsOn`. */
  readonly dependsOn: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
}

/** What stands for a value that a preview cannot know yet. */
export const UNKNOWN = "(unknown)";

export interface ProgramOptions {
  /** @default false */
  readonly isPreview?: boolean;
}

/** Runs a program of project `shop`, stack `dev` under mocks to its end: what it gave back, and every resource by name. */
export async function runProgram<T>(
  program: () => T | Promise<T>,
  { isPreview = false }: ProgramOptions = {},
) {
  const mocks: pulumi.runtime.Mocks = {
    call: ({ inputs }) => inputs,
    // As with a real engine, no resource is there before the program has gone on.
    newResource: async ({ name, inputs }) => {
      await nextTurn();
      await nextTurn();
      return { id: isPreview ? undefined : `${name}-id`, state: inputs };
    },
  };
  const register = vi.spyOn(MockMonitor.prototype, "registerResource");
  try {
    await pulumi.runtime.setMocks(mocks, "shop", "dev", isPreview);
    const result = await program();
    await settle();
    const requests = register.mock.calls.map(([request]) => request as RegisterResourceRequest);
    return { result, registrations: toRegistrations(requests) };
  } finally {
    register.mockRestore();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The value of an Output, also of a secret one; `UNKNOWN` in a preview that does not know it. */
export async function resolved<T>(output: pulumi.Output<T>): Promise<T | typeof UNKNOWN> {
  const isKnown: unknown = await Reflect.get(output, "isKnown");
  return isKnown === true ? new Promise((resolve) => output.apply(resolve)) : UNKNOWN;
}

/** Waits until nothing is registered any more. Not part of the SDK's types, and what its own tests do. */
async function settle(): Promise<void> {
  const waitForRPCs: unknown = Reflect.get(pulumi.runtime, "waitForRPCs");
  if (typeof waitForRPCs !== "function") throw new Error("this SDK cannot wait for its registrations");
  await waitForRPCs();
}

function toRegistrations(
  requests: readonly RegisterResourceRequest[],
): Readonly<Record<string, Registration>> {
  const entries = requests.map((request): readonly [string, Registration] => {
    const inputs = Object.entries(request.getObject()?.toJavaScript() ?? {});
    return [
      request.getName(),
      {
        type: request.getType(),
        parent: nameOf(request.getParent()),
        inputs: Object.fromEntries(inputs.map(([key, value]) => [key, plain(value)])),
        secrets: inputs.flatMap(([key, value]) => (isRpcSecret(value) ? [key] : [])),
        dependsOn: request.getDependenciesList().map(nameOf),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      },
    ];
  });
  if (new Set(entries.map(([name]) => name)).size < entries.length)
    throw new Error("a name is registered twice");
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function plain(value: unknown): unknown {
  const inner: unknown = isRpcSecret(value) ? unwrapRpcSecret(value) : value;
  return inner === unknownValue ? UNKNOWN : inner;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

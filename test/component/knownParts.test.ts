import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type KnownParts, knownParts } from "../../components/outputs/knownParts";
import { resolved, runProgram } from "../support/registrations";

describe("what is known of arguments", () => {
  /** A machine that is still to be created: in a preview its address is not known. */
  class Machine extends pulumi.CustomResource {
    declare readonly address: pulumi.Output<string>;
    constructor() {
      super("test:index:Machine", "vm", { address: pulumi.runtime.isDryRun() ? undefined : "192.0.2.7" });
    }
  }

  const partsOf = async (args: () => object, isPreview: boolean): Promise<unknown> => {
    const { result } = await runProgram(() => ({ parts: knownParts(args()) }), { isPreview });
    return resolved<KnownParts>(result.parts);
  };

  it.each([true, false])("is all of them where nothing comes later (preview: %s)", async (isPreview) => {
    const services = { ssh: { ports: ["22"], sequence: undefined, unban: false } };
    expect(await partsOf(() => ({ services, allow: [] }), isPreview)).toEqual({
      known: { services, allow: [] },
      missing: [],
      secret: [],
    });
  });

  const configured = () => ({
    services: { ssh: { sequence: pulumi.secret("7000,8000"), ports: Promise.resolve(["22"]) } },
    allow: pulumi.output([pulumi.output("192.0.2.7")]),
    baseline: pulumi.output(undefined),
  });

  it("has secrets and promises in it in a preview", async () => {
    expect(await partsOf(configured, true)).toEqual({
      known: {
        services: { ssh: { sequence: "7000,8000", ports: ["22"] } },
        allow: ["192.0.2.7"],
        baseline: undefined,
      },
      missing: [],
      secret: ["services.ssh.sequence"],
    });
  });

  it("has in it in an update what comes soon, and does not wait for ever: a resource may be behind it", async () => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout"],
      shouldAdvanceTime: true,
      advanceTimeDelta: 20,
    });
    onTestFinished(() => void vi.useRealTimers());
    const pending = new Promise<string[]>(() => {});
    const soon = new Promise<string>((resolve) => setTimeout(resolve, 50, "drop"));
    const args = () => ({
      ...configured(),
      openPorts: pending,
      guardedAnswer: soon,
      rollbackTimeout: pulumi.output("1m").apply(() => pulumi.output(pending)),
    });
    const parts = partsOf(args, false);
    await vi.waitUntil(() => vi.getTimerCount() === 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await parts).toEqual({
      known: {
        services: { ssh: { sequence: "7000,8000", ports: ["22"] } },
        allow: ["192.0.2.7"],
        baseline: undefined,
        guardedAnswer: "drop",
        openPorts: undefined,
        rollbackTimeout: undefined,
      },
      missing: ["openPorts", "rollbackTimeout"],
      secret: ["services.ssh.sequence"],
    });
  });

  it.each([true, false])("lacks what a resource is still to bring (preview: %s)", async (isPreview) => {
    const args = () => {
      const { address } = new Machine();
      return {
        allow: ["192.0.2.1", address],
        services: {
          ssh: { sequence: pulumi.secret("7000,8000") },
          web: { sequence: pulumi.secret(address) },
        },
        baseline: pulumi.output({ traps: [address] }),
      };
    };
    expect(await partsOf(args, isPreview)).toEqual({
      known: {
        allow: ["192.0.2.1", undefined],
        services: { ssh: { sequence: "7000,8000" }, web: { sequence: undefined } },
        baseline: undefined,
      },
      missing: ["allow[1]", "services.web.sequence", "baseline"],
      secret: ["services.ssh.sequence"],
    });
  });
});

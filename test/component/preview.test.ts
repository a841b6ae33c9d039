import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { hostCommand } from "../../components/remote/hostCommand";
import { ARGS, ROOT, registered, stdinOf, without } from "../support/firewallProgram";
import { type Registration, resolved, UNKNOWN } from "../support/registrations";

describe("a preview", () => {
  /** A machine that is still to be created: its address is not known before. */
  class Machine extends pulumi.CustomResource {
    declare readonly address: pulumi.Output<string>;
    constructor(name: string) {
      super("test:index:Machine", name, { address: undefined });
    }
  }
  const isPreview = true;

  /** Which attempt confirm will confirm is not known before apply has run. */
  const beforeApply = (registrations: Readonly<Record<string, Registration>>) =>
    Object.fromEntries(
      Object.entries(registrations).map(([name, registration]) => [
        name,
        name.endsWith("-confirm")
          ? {
              ...registration,
              inputs: { ...registration.inputs, stdin: UNKNOWN },
              secrets: registration.secrets.filter((field) => field !== "stdin"),
            }
          : registration,
      ]),
    );

  it("with everything known shows what the update will do", async () => {
    const { registrations } = await registered(ARGS);
    const previewed = await registered(ARGS, { isPreview });
    expect(previewed.registrations).toEqual(beforeApply(registrations));
  });

  it("with a sequence that is not known yet registers every child, and shows none of its rules", async () => {
    const { registrations, firewall } = await registered(
      () => ({
        ...ARGS,
        services: { ssh: { ports: ["22"], sequence: new Machine("vault").address } },
      }),
      { isPreview },
    );
    const { registrations: full } = await registered(ARGS);
    const { vault, ...ours } = registrations;
    expect(vault?.type).toBe("test:index:Machine");
    expect(Object.keys(ours)).toEqual(Object.keys(full).filter((name) => name !== "edge-web"));
    expect([ours["edge"]?.inputs, ours["edge-ssh"]?.inputs]).toEqual([
      { policy: UNKNOWN },
      { sequence: UNKNOWN },
    ]);
    for (const host of ["edge-web-1", "edge-web-2"]) {
      expect(ours[`${host}-apply`]?.inputs["stdin"]).toBe(UNKNOWN);
      expect(ours[`${host}-confirm`]?.dependsOn.filter((name) => name !== "vault")).toEqual([
        `${host}-apply`,
      ]);
    }
    expect(await resolved(firewall.knocks)).toBe(UNKNOWN);
    expect(await resolved(firewall.hosts)).toEqual(["web-1", "web-2"]);
  });

  it("with one host's address that is not known yet shows every other host in full", async () => {
    const { registrations, firewall } = await registered(
      () => ({
        ...ARGS,
        hosts: { ...ARGS.hosts, "web-3": { connection: { ...ROOT, host: new Machine("vm").address } } },
      }),
      { isPreview },
    );
    const { registrations: full } = await registered(ARGS);
    const { vm, ...ours } = registrations;
    expect(vm?.type).toBe("test:index:Machine");
    const { edge: reviewed, ...others } = without(ours, "edge-web-3");
    const { edge: before, ...known } = beforeApply(full);
    expect(others).toEqual(known);
    expect(reviewed?.inputs["policy"]).toBe(
      `${before?.inputs["policy"]}`.replace("identity.ipv4", "hosts.web-3 = (not known yet)\nidentity.ipv4"),
    );
    expect(ours["edge-web-3-apply"]?.inputs).toEqual({
      connection: UNKNOWN,
      create: hostCommand("apply", "unchecked"),
      delete: hostCommand("remove", "-"),
      stdin: stdinOf("web-3"),
      logging: "none",
      addPreviousOutputInEnv: false,
    });
    // Clients get their sequence from a host that has confirmed it.
    expect(await resolved(firewall.knocks)).toBe(UNKNOWN);
  });
});

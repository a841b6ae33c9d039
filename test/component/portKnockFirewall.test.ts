import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { hostCommand } from "../../components/remote/hostCommand";
import {
  ARGS,
  DEPLOY,
  KNOCKS,
  ROOT,
  RULESET,
  registered,
  stdinOf,
  without,
} from "../support/firewallProgram";
import { resolved } from "../support/registrations";

/** `sh -c` because sudo may be missing, or want a password. */

describe("a firewall of two hosts", () => {
  it("registers itself, one child a host, and two commands below each", async () => {
    const { registrations } = await registered(ARGS);
    const family = Object.entries(registrations).map(([name, { type, parent }]) => [name, type, parent]);
    expect(family).toEqual([
      ["edge", "pulumi-portknock:index:PortKnockFirewall", ""],
      ["edge-ssh", "pulumi-portknock:index:KnockSequence", "edge"],
      ["edge-web", "pulumi-portknock:index:KnockSequence", "edge"],
      ["edge-web-1", "pulumi-portknock:index:HostFirewall", "edge"],
      ["edge-web-1-apply", "command:remote:Command", "edge-web-1"],
      ["edge-web-1-confirm", "command:remote:Command", "edge-web-1"],
      ["edge-web-2", "pulumi-portknock:index:HostFirewall", "edge"],
      ["edge-web-2-apply", "command:remote:Command", "edge-web-2"],
      ["edge-web-2-confirm", "command:remote:Command", "edge-web-2"],
    ]);
  });

  it("gives root's commands exactly these inputs", async () => {
    const { registrations } = await registered(ARGS);
    const inputs = {
      connection: {
        dialErrorLimit: 2,
        host: "192.0.2.1",
        perDialTimeout: 10,
        port: 22,
        privateKey: "KEY",
        user: "root",
      },
      stdin: stdinOf("web-1"),
      logging: "none",
      addPreviousOutputInEnv: false,
    };
    expect(registrations["edge-web-1-apply"]?.inputs).toEqual({
      ...inputs,
      create: hostCommand("apply", "unchecked"),
      delete: hostCommand("remove", "-"),
    });
    expect(registrations["edge-web-1-confirm"]?.inputs).toEqual({
      ...inputs,
      stdin: stdinOf("web-1", { attempt: "none" }),
      create: hostCommand("confirm", "unchecked"),
    });
  });

  it("gives another user's commands the same text, and the proxy its defaults", async () => {
    const { registrations } = await registered(ARGS);
    const inputs = {
      connection: {
        ...DEPLOY,
        proxy: {
          dialErrorLimit: 2,
          host: "192.0.2.9",
          password: "PASSWORD",
          perDialTimeout: 10,
          port: 22,
          user: "root",
        },
      },
      stdin: stdinOf("web-2"),
      logging: "none",
      addPreviousOutputInEnv: false,
    };
    expect(registrations["edge-web-2-apply"]?.inputs).toEqual({
      ...inputs,
      create: hostCommand("apply", "unchecked"),
      delete: hostCommand("remove", "-"),
    });
    expect(registrations["edge-web-2-confirm"]?.inputs).toEqual({
      ...inputs,
      stdin: stdinOf("web-2", { attempt: "none" }),
      create: hostCommand("confirm", "unchecked"),
    });
  });

  it("marks connection and stdin as secret, and what the commands print", async () => {
    const { registrations } = await registered(ARGS);
    for (const name of ["edge-web-1-apply", "edge-web-1-confirm", "edge-web-2-apply", "edge-web-2-confirm"]) {
      expect(registrations[name]?.secrets).toEqual(["connection", "stdin"]);
      expect(registrations[name]?.additionalSecretOutputs).toEqual(["stdout", "stderr", "connection"]);
    }
  });

  it("holds no key, password or port of a sequence outside the secrets", async () => {
    const { registrations } = await registered(ARGS);
    const open = Object.values(registrations).map(({ inputs, secrets }) =>
      Object.entries(inputs).filter(([key]) => !secrets.includes(key)),
    );
    const text = JSON.stringify(open);
    const leaks = ["KEY", "PASSWORD", "7000", "8000", "9000", "6000"].filter((word) => text.includes(word));
    expect(leaks).toEqual([]);
  });

  it("confirms a host after its own apply, and applies to no host after another", async () => {
    const { registrations } = await registered(ARGS);
    const waits = Object.entries(registrations).flatMap(([name, { dependsOn }]) =>
      dependsOn.map((other) => [name, other]),
    );
    expect(waits).toEqual([
      ["edge-web-1-confirm", "edge-web-1-apply"],
      ["edge-web-2-confirm", "edge-web-2-apply"],
    ]);
  });

  it("never sets triggers, which would remove the new table, nor environment or update", async () => {
    const { registrations } = await registered(ARGS);
    const keys = Object.values(registrations).flatMap(({ inputs }) => Object.keys(inputs));
    expect([...new Set(keys)].toSorted()).toEqual([
      "addPreviousOutputInEnv",
      "connection",
      "create",
      "delete",
      "logging",
      "policy",
      "sequence",
      "stdin",
    ]);
  });

  it("hands out the hosts sorted, and rulesets and knocks as secrets", async () => {
    const { firewall } = await registered(ARGS);
    const { hosts, rulesets, knocks } = firewall;
    expect(await resolved(hosts)).toEqual(["web-1", "web-2"]);
    expect(await resolved(rulesets)).toEqual({ "web-1": RULESET, "web-2": RULESET });
    expect(await resolved(knocks)).toEqual({ "web-1": KNOCKS, "web-2": KNOCKS });
    const isSecret = [pulumi.isSecret(hosts), pulumi.isSecret(rulesets), pulumi.isSecret(knocks)];
    expect(await Promise.all(isSecret)).toEqual([false, true, true]);
  });

  it("registers the same whatever the order of hosts and services", async () => {
    const reversed = <T>(record: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(record).toReversed());
    const { registrations } = await registered(ARGS);
    const other = await registered({
      ...ARGS,
      hosts: reversed(ARGS.hosts),
      services: reversed(ARGS.services),
    });
    expect(other.registrations).toEqual(registrations);
  });

  it("changes nothing about a host when another one is renamed", async () => {
    const { registrations } = await registered(ARGS);
    const { "web-1": first, "web-2": second } = ARGS.hosts;
    const renamed = await registered({
      ...ARGS,
      hosts: { ...(first && { "web-1": first }), ...(second && { "web-3": second }) },
    });
    const { edge: reviewed, ...others } = without(renamed.registrations, "edge-web-3");
    const { edge: before, ...untouched } = without(registrations, "edge-web-2");
    expect(others).toEqual(untouched);
    expect(reviewed?.inputs["policy"]).toBe(
      `${before?.inputs["policy"]}`.replace("hosts.web-2", "hosts.web-3"),
    );
    expect(renamed.registrations["edge-web-3-apply"]?.inputs["stdin"]).toBe(stdinOf("web-3"));
  });
});

describe("a host that is taken over", () => {
  it("has its former owner in the manifest, and nothing else is different", async () => {
    const adopt = "blog/dev/edge/web-1";
    const { registrations } = await registered(ARGS);
    const adopting = await registered({
      ...ARGS,
      hosts: { ...ARGS.hosts, "web-1": { connection: ROOT, adopt } },
    });
    expect(adopting.registrations["edge-web-1-apply"]?.inputs["stdin"]).toBe(stdinOf("web-1", { adopt }));
    expect(without(adopting.registrations, "edge-web-1")).toEqual(without(registrations, "edge-web-1"));
  });
});

describe("a host with a network of tokens", () => {
  it("has it in its own rules and in the text for review, and no other host's are different", async () => {
    const knockers = { alice: { services: ["ssh"], token: pulumi.secret("c0".repeat(32)) } };
    const network = "2001:db8:1:2::/64";
    const firewallOf = (tokenNetwork: pulumi.Input<string> | undefined) =>
      registered({
        ...ARGS,
        knockers,
        hosts: {
          ...ARGS.hosts,
          "web-1": { connection: ROOT, ...(tokenNetwork !== undefined && { tokenNetwork }) },
        },
      });
    const [before, after] = [await firewallOf(undefined), await firewallOf(pulumi.output(network))];
    const { edge: old, ...others } = without(before.registrations, "edge-web-1");
    const { edge: now, ...untouched } = without(after.registrations, "edge-web-1");
    expect(untouched).toEqual(others);
    expect(`${now?.inputs["policy"]}`.replace(`hosts.web-1.tokenNetwork = ${network}\n`, "")).toBe(
      old?.inputs["policy"],
    );
    const rulesets = await resolved(after.firewall.rulesets);
    const rule = `ip6 daddr ${network} jump pk_token_in_address`;
    expect(Object.entries(rulesets).map(([name, text]) => [name, text.includes(rule)])).toEqual([
      ["web-2", false],
      ["web-1", true],
    ]);
    const secret = await firewallOf(pulumi.secret(network));
    expect(await pulumi.isSecret(secret.firewall.policy)).toBe(true);
  });

  it.each([
    [{ groups: { web: { hosts: ["web-1"], allow: [pulumi.secret("192.0.2.8")] } } }],
    [{ hosts: { ...ARGS.hosts, "web-1": { connection: ROOT, allow: [pulumi.secret("192.0.2.8")] } } }],
  ])("shows no secret of a group or of a host: %#", async (args) => {
    const { firewall } = await registered({ ...ARGS, ...args });
    expect(await pulumi.isSecret(firewall.policy)).toBe(true);
    expect(Object.keys(await resolved(firewall.rulesets)).length).toBe(2);
  });
});

import { describe, expect, it } from "vitest";
import type { Policy } from "../../components/policy/policy";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { type ManifestContent, printOwner, writeManifest } from "../../components/remote/manifest";

const OWNER = { project: "shop", stack: "dev", component: "edge", host: "web-1" };
const INPUT = {
  services: {
    ssh: { ports: ["22"], sequence: "7000,8000/udp", accessWindow: "1m" },
    mosh: { ports: ["60000-61000/udp"], sequence: "8000,9000" },
  },
};
const POLICY = parsePolicy(INPUT);
const CONTENT: ManifestContent = {
  owner: OWNER,
  adopt: undefined,
  policy: POLICY,
  ruleset: "table inet t { }\n",
};
const TOKEN = "29e4c8df7270c2bd0e7a7231d7805e03d50e6ae4131968d3952c55ee5e0559fe";
const SERVICES = [
  "service f54:40af mosh 10 8000/tcp,9000/tcp",
  "service be3f:ff52 ssh 60 7000/tcp,8000/udp",
  "sequence 8000/tcp,9000/tcp",
  "sequence 7000/tcp,8000/udp",
];

const written = (changes: Partial<ManifestContent>) => writeManifest({ ...CONTENT, ...changes });
const policyWith = (changes: object): Policy => parsePolicy({ ...INPUT, ...changes });

describe("a manifest", () => {
  it("has one name and value a line", () => {
    const { text, token } = written({});
    expect(text).toBe(
      [`token ${token}`, "owner shop/dev/edge/web-1", "rollback 60", ...SERVICES, ""].join("\n"),
    );
  });

  it("names the owner to take over from, after everything else", () => {
    const { text, token } = written({ adopt: "blog/dev/edge/web-1" });
    expect(text).toBe(
      [
        `token ${token}`,
        "owner shop/dev/edge/web-1",
        "rollback 60",
        ...SERVICES,
        "adopt blog/dev/edge/web-1",
        "",
      ].join("\n"),
    );
  });

  it("names every sequence, and with a service that shares one its owner's", () => {
    const { ssh, mosh } = INPUT.services;
    const policy = policyWith({
      services: {
        ssh: { ...ssh, closeSequence: "6000,7000" },
        web: { ports: ["443"], sequenceOf: "ssh", accessWindow: "1h" },
        mosh: { ...mosh, flowTimeout: "1d" },
      },
    });
    expect(written({ policy }).text.match(/^(?:service|flows|sequence) .*$/gm)).toEqual([
      "service f54:40af mosh 10 8000/tcp,9000/tcp",
      "flows f54:40af 86400",
      "service be3f:ff52 ssh 60 7000/tcp,8000/udp",
      "service fda:bc92 web 3600 7000/tcp,8000/udp",
      "sequence 8000/tcp,9000/tcp",
      "sequence 7000/tcp,8000/udp",
      "sequence 6000/tcp,7000/tcp",
    ]);
  });

  it("says under a baseline how long the blacklist and trust may last, and what of an address counts", () => {
    const baseline = { blacklistTime: "2h", unbanSequence: "9000,8000" };
    const identity = { ipv4Prefix: 20, ipv6Prefix: 56 };
    const lines = written({ policy: policyWith({ baseline, identity }) }).text.split("\n");
    expect(lines.slice(-5)).toEqual([
      "sequence 9000/tcp,8000/tcp",
      "blacklist 7200",
      "trusted 60",
      "identity 255.255.240.0 ffff:ffff:ffff:ff00::",
      "",
    ]);
  });

  it("has a token that stays from release to release", () => {
    expect(written({}).token).toBe(TOKEN);
  });

  it("has the same token for the same policy in another order, and with or without adopt", () => {
    const { ssh, mosh } = INPUT.services;
    expect(written({ policy: policyWith({ services: { mosh, ssh } }) }).token).toBe(TOKEN);
    expect(written({ adopt: "blog/dev/edge/web-1" }).token).toBe(TOKEN);
  });

  it.each<[string, Partial<ManifestContent>]>([
    ["rules", { ruleset: "table inet t { }\n\n" }],
    ["project", { owner: { ...OWNER, project: "blog" } }],
    ["stack", { owner: { ...OWNER, stack: "prod" } }],
    ["component", { owner: { ...OWNER, component: "core" } }],
    ["host", { owner: { ...OWNER, host: "web-2" } }],
    ["rollback timer", { policy: policyWith({ rollbackTimeout: "61s" }) }],
    [
      "access window",
      {
        policy: policyWith({
          services: { ...INPUT.services, ssh: { ...INPUT.services.ssh, accessWindow: "2m" } },
        }),
      },
    ],
    [
      "sequence",
      {
        policy: policyWith({
          services: { ...INPUT.services, ssh: { ...INPUT.services.ssh, sequence: "7000,8000" } },
        }),
      },
    ],
    ["service", { policy: policyWith({ services: { ssh: INPUT.services.ssh } }) }],
  ])("has another token for another %s", (_, changes) => {
    expect(written(changes).token).toMatch(/^[0-9a-f]{64}$/);
    expect(written(changes).token).not.toBe(TOKEN);
  });
});

describe("an owner", () => {
  it("is printed with all four names", () => {
    expect(printOwner(OWNER)).toBe("shop/dev/edge/web-1");
  });
});

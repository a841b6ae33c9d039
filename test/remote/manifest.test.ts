import { describe, expect, it } from "vitest";
import { hostPolicies } from "../../components/policy/hostPolicy";
import type { Policy } from "../../components/policy/policy";
import { parseFleetPolicy, parsePolicy } from "../../components/policy/written/parsePolicy";
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
  script: "5c".repeat(32),
};
const TOKEN = "4ac7360ca771b7afab6b2c9d4f7b3e0a1629d528aacfd67aee603296ac754654";
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
      [
        `token ${token}`,
        "owner shop/dev/edge/web-1",
        `script ${CONTENT.script}`,
        "rollback 60",
        ...SERVICES,
        "",
      ].join("\n"),
    );
  });

  it("has the network of a host with tokens, and keys for its addresses that are those of no packet", () => {
    const knockers = { alice: { services: ["ssh"], token: "c0".repeat(32) } };
    const hosts = {
      "web-1": { connection: { host: "192.0.2.1", port: 2222 }, tokenNetwork: "2001:db8:1:2::/64" },
      "web-2": { connection: { host: "192.0.2.2", port: 2222 }, tokenNetwork: "2001:db8:1:3::/64" },
    };
    const policyOf = hostPolicies(parseFleetPolicy({ ...INPUT, knockers, hosts }));
    const linesOf = (host: string) => {
      const owner = { ...OWNER, host };
      return written({ owner, policy: policyOf(host).policy }).text.match(/^(token-|address-).*$/gm) ?? [];
    };
    const [one, other] = [linesOf("web-1"), linesOf("web-2")];
    expect([one, other].map((lines) => lines.map((line) => line.split(" ")[0]))).toEqual(
      Array(2).fill(["token-key", "token-network", "address-key"]),
    );
    expect([one[1], other[1]]).toEqual([
      "token-network 2001:db8:1:2::/64 20010db800010002 2",
      "token-network 2001:db8:1:3::/64 20010db800010003 2",
    ]);
    const words = [...one, ...other].map((line) => line.split(" "));
    const [packets, , addresses, others, , otherAddresses] = words;
    // Of one secret, with a key, a bound and a number of what is filled each.
    expect(new Set(words.flatMap((each) => (each.length > 4 ? [each[1]] : []))).size).toBe(1);
    for (const place of [3, 5]) {
      const four = [packets, addresses, others, otherAddresses].map((each) => each?.[place]);
      expect(new Set(four).size).toBe(4);
    }
    expect(
      [addresses, otherAddresses].map((each) =>
        /^[0-9a-f]{1,4}:[0-9a-f]{1,2}(?!00$)[0-9a-f]{2}$/.test(each?.[6] ?? ""),
      ),
    ).toEqual([true, true]);
    expect(addresses?.[6]).not.toBe(otherAddresses?.[6]);
    const sequences = { knockers: {}, hosts };
    const without = hostPolicies(parseFleetPolicy({ ...INPUT, ...sequences }))("web-1").policy;
    expect(written({ policy: without }).token).toBe(TOKEN);
  });

  it("names the owner to take over from, after everything else", () => {
    const { text, token } = written({ adopt: "blog/dev/edge/web-1" });
    expect(text).toBe(
      [
        `token ${token}`,
        "owner shop/dev/edge/web-1",
        `script ${CONTENT.script}`,
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

  it("has a token that stays from release to release, as long as the host script does", () => {
    expect(written({}).token).toBe(TOKEN);
    expect(written({ script: "36".repeat(32) }).token).not.toBe(TOKEN);
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

import { describe, expect, it } from "vitest";
import { outlineOf } from "../../components/outline/outline";
import { printOutline } from "../../components/outline/printOutline";
import type { Place } from "../../components/outline/reach";
import type { SequenceId } from "../../components/policy/sequenceId";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { reviewPolicies } from "../../components/review/reviewPolicies";
import { sideOfText } from "../../components/review/reviewSide";

type Written = Readonly<Record<string, unknown>>;
type Places = readonly Place[];

const at = (port: number): Place => ({ kind: "shown", user: "root", address: "192.0.2.1", port });
const SECRET: Place = { kind: "secret" };
const LATER: Place = { kind: "notKnownYet" };

interface Deployed {
  readonly policy: Written;
  readonly places?: Places;
}

function risks(before: Deployed, after: Deployed, rotated: readonly SequenceId[] = []): readonly string[] {
  const [old, now] = [before, after].map(({ policy, places = [] }) =>
    sideOfText(
      printOutline(
        outlineOf(
          parseFleetPolicy(policy),
          places.map((place, index) => ({ name: `web-${index}`, place })),
        ),
      ),
    ),
  );
  return old === undefined || now === undefined ? [] : reviewPolicies(old, now, { rotated }).lockOutRisks;
}

const SHORT = "4001,5701";
const ssh: Written = { ports: ["22"], sequence: "7000,8123,9001" };
const db: Written = { ports: ["5432"], sequence: SHORT };
const ANOTHER = "22/tcp opens to another sequence: hand it out before this is applied";

describe("the risk that SSH opens to another sequence", () => {
  it.each<readonly [string, Written, Written, readonly string[]]>([
    ["where its service has another name", { ssh }, { admin: ssh }, [ANOTHER]],
    [
      "where another service guards it",
      { ssh: { ...ssh, ports: ["22", "23"] }, db },
      { ssh: { ...ssh, ports: ["23"] }, db: { ...db, ports: ["22", "5432"] } },
      [ANOTHER],
    ],
    [
      "where it shares a sequence from now on",
      { ssh, db },
      { ssh: { ports: ["22"], sequenceOf: "db" }, db },
      [ANOTHER],
    ],
    [
      "where it shares that of another service",
      { db, web: { ports: ["80"], sequence: "6001,5003" }, ssh: { ports: ["22"], sequenceOf: "db" } },
      { db, web: { ports: ["80"], sequence: "6001,5003" }, ssh: { ports: ["22"], sequenceOf: "web" } },
      [ANOTHER],
    ],
    ["where it has more knocks", { ssh }, { ssh: { ...ssh, sequence: "7000,8123,9001,6001" } }, [ANOTHER]],
    ["but not where a service beside it changes", { ssh, db }, { ssh, web: db }, []],
    [
      "but not where another service guards it that shares its sequence",
      { ssh: { ...ssh, ports: ["22", "23"] } },
      { ssh: { ...ssh, ports: ["23"] }, admin: { ports: ["22"], sequenceOf: "ssh" } },
      [],
    ],
  ])("is named %s", (_, before, after, expected) => {
    expect(risks({ policy: { services: before } }, { policy: { services: after } })).toEqual(expected);
  });

  it("is named where the sequence that it shares was rotated", () => {
    const policy = { services: { db, ssh: { ports: ["22"], sequenceOf: "db" } } };
    expect(
      risks({ policy }, { policy }, [{ kind: "admit", opener: { kind: "service", name: "db" } }]),
    ).toEqual([ANOTHER]);
  });
});

describe("the risk of a knocker", () => {
  const knocked = (alice: Written | undefined, more: Written = {}): Deployed => ({
    policy: {
      services: { ssh: { ports: ["22"] }, db },
      knockers: {
        zoe: { services: ["ssh"], sequence: "5301,6402,7513" },
        ...(alice !== undefined && { alice: { services: ["ssh"], sequence: "7300,8400,9511", ...alice } }),
        ...more,
      },
    },
  });

  it.each([
    ["who goes", knocked({}), knocked(undefined), ["alice does not open 22/tcp any more"]],
    ["who comes", knocked(undefined), knocked({}), []],
    [
      "who loses the service",
      knocked({}),
      knocked({ services: ["db"] }),
      ["alice does not open 22/tcp any more"],
    ],
    [
      "who gets an end",
      knocked({}),
      knocked({ until: "2027-01-31T18:00:00Z" }),
      ["alice opens 22/tcp until 2027-01-31T18:00:00Z only"],
    ],
    ["who loses one", knocked({ until: "2027-01-31T18:00:00Z" }), knocked({}), []],
  ])("is named: %s", (_, before, after, expected) => {
    expect(risks(before, after)).toEqual(expected);
  });
});

describe("the risk that a network", () => {
  const guarded = (fields: Written): Deployed => ({ policy: { services: { ssh }, ...fields } });
  const open = (fields: Written): Deployed => ({
    policy: { services: { db }, openPorts: ["22"], baseline: {}, ...fields },
  });
  const from = (...networks: readonly string[]): Deployed => ({
    policy: { services: { db }, baseline: { openPortsFrom: [{ ports: ["22"], from: networks }] } },
  });
  const again = (network: string): string =>
    `${network} is a martian again: who comes from there is dropped, but for guarded ports`;

  it.each<readonly [string, Deployed, Deployed, readonly string[]]>([
    [
      "left allow and is a martian again",
      open({ allow: ["192.168.0.0/16"] }),
      open({}),
      [again("192.168.0.0/16")],
    ],
    [
      "left allow, with the martians in it",
      open({ allow: ["8.0.0.0/5"] }),
      open({ allow: ["8.0.0.0/7"] }),
      [again("10.0.0.0/8")],
    ],
    [
      "left allow, and is a part of a martian",
      open({ allow: ["192.168.1.0/24"] }),
      open({}),
      [again("192.168.1.0/24")],
    ],
    ["left allow, but the internet routes it", open({ allow: ["8.8.8.0/24"] }), open({}), []],
    [
      "left allow, but is excepted",
      open({ allow: ["192.168.0.0/16"] }),
      open({ baseline: { exceptNetworks: ["192.168.0.0/16"] } }),
      [],
    ],
    [
      "is excepted with a wider one",
      open({ baseline: { exceptNetworks: ["192.168.1.0/24"] } }),
      open({ baseline: { exceptNetworks: ["192.168.0.0/16"] } }),
      [],
    ],
    [
      "is excepted by allow from now on",
      open({ baseline: { exceptNetworks: ["192.168.1.0/24"] } }),
      open({ allow: ["192.168.1.0/24"] }),
      [],
    ],
    ["lies in a wider one of allow", guarded({ allow: ["8.8.8.8"] }), guarded({ allow: ["8.8.8.0/24"] }), []],
    [
      "stands in two halves in allow",
      guarded({ allow: ["10.0.0.0/8"] }),
      guarded({ allow: ["10.0.0.0/9", "10.128.0.0/9"] }),
      [],
    ],
    [
      "left allow with its other half",
      guarded({ allow: ["10.0.0.0/8"] }),
      guarded({ allow: ["10.0.0.0/9"] }),
      ["10.0.0.0/8 leaves allow while ssh guards 22/tcp: who connects from there must knock"],
    ],
    ["reaches SSH in a wider one", from("8.8.8.8"), from("8.8.8.0/24"), []],
    [
      "does not reach SSH any more",
      from("8.8.8.8", "9.9.9.9"),
      from("9.9.9.0/24"),
      ["8.8.8.8/32 does not reach 22/tcp any more"],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(risks(before, after)).toEqual(expected);
  });
});

describe("the port of SSH", () => {
  const unguarded: Written = { services: { db } };
  const guarded: Written = { services: { db, ssh } };
  const becomesGuarded = "22/tcp becomes guarded by ssh: only who knocks gets in";

  it.each<readonly [string, Places, readonly string[]]>([
    ["22 beside those of the others for a secret place", [SECRET, at(2222)], [becomesGuarded]],
    ["22 for a place that is not known yet", [LATER, at(2222)], [becomesGuarded]],
    ["not 22 where all hosts have others", [at(2200), at(2222)], []],
    ["named once for several hosts", [at(22), at(22), SECRET], [becomesGuarded]],
  ])("is %s", (_, places, expected) => {
    expect(risks({ policy: unguarded, places }, { policy: guarded, places })).toEqual(expected);
  });

  const baseline = (openPorts: readonly string[], fields: Written = {}): Written => ({
    services: { db, ssh: { ...ssh, ports: ["2200"] } },
    openPorts,
    baseline: fields,
  });
  const restricted = { openPortsFrom: [{ ports: ["2222"], from: ["8.8.8.8"] }] };
  const from22 = (address: string): Written =>
    baseline([], { openPortsFrom: [{ ports: ["22"], from: [address] }] });

  it.each<readonly [string, number, Written, readonly string[]]>([
    [
      "closed",
      2222,
      baseline(["22"]),
      [
        "2222/tcp, which takes the place of 22/tcp for SSH, is closed to everybody: nobody gets in over SSH, Pulumi neither",
      ],
    ],
    [
      "guarded",
      2200,
      baseline(["22"]),
      ["2200/tcp, which takes the place of 22/tcp for SSH, is guarded by ssh: only who knocks gets in"],
    ],
    [
      "open to some",
      2222,
      baseline(["22"], restricted),
      ["2222/tcp, which takes the place of 22/tcp for SSH, is open to 8.8.8.8/32 only"],
    ],
    ["open", 2222, baseline(["22", "2222"]), []],
  ])("is a risk where it moves to one that is %s", (_, port, policy, expected) => {
    expect(risks({ policy, places: [at(22)] }, { policy, places: [at(port)] })).toEqual(expected);
  });

  it.each<readonly [string, Written, Written]>([
    ["guarded", baseline(["80"]), { services: { db, ssh }, baseline: {} }],
    ["open to some", baseline([], { traps: ["22"] }), from22("8.8.8.8")],
    ["a trap", baseline(["80"]), baseline([], { traps: ["22"] })],
  ])("is no risk where nobody got in before and it becomes %s", (_, before, after) => {
    expect(risks({ policy: before }, { policy: after })).toEqual([]);
  });

  it("is no risk where it moves without a baseline", () => {
    expect(risks({ policy: unguarded, places: [at(22)] }, { policy: unguarded, places: [at(2222)] })).toEqual(
      [],
    );
  });

  it("may stand on either side of a move to a place that is secret", () => {
    const [before, after] = [baseline(["22", "2222"]), baseline([])];
    expect(risks({ policy: before, places: [at(2222)] }, { policy: after, places: [SECRET] })).toEqual([
      "22/tcp becomes closed to everybody: nobody gets in over SSH, Pulumi neither",
      "2222/tcp becomes closed to everybody: nobody gets in over SSH, Pulumi neither",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { outlineOf } from "../../components/outline/outline";
import { printOutline } from "../../components/outline/printOutline";
import type { Place } from "../../components/outline/reach";
import type { FleetPolicy, Reach } from "../../components/policy/policy";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { drawKnocking } from "../../components/review/drawKnocking";
import { printReview } from "../../components/review/printReview";
import { reviewPolicies } from "../../components/review/reviewPolicies";
import {
  type ReviewSide,
  sideOfPolicy,
  sideOfText,
  sideWithoutRules,
} from "../../components/review/reviewSide";
import { goldenNames, goldenPolicy } from "../support/goldens";
import { fleetOf } from "../support/reviewOf";

/** All but which knocks are equal, which a text does not say. */
const comparable = ({ outline, sequences }: ReviewSide) => ({
  outline,
  sequences: sequences.map(({ knocks, ...rest }) => ({
    ...rest,
    knocks: knocks.map((each) => each.protocol),
  })),
});

const textOf = (policy: FleetPolicy, hosts: readonly Reach<Place>[]): string =>
  printOutline(outlineOf(policy, hosts));

describe.each(goldenNames)("the review text of %s", (name) => {
  const policy = parseFleetPolicy(goldenPolicy(name));
  const text = textOf(policy, []);

  it("says as much as the policy, but which sequences begin alike", () => {
    expect(comparable(sideOfText(text))).toEqual(comparable(sideOfPolicy({ policy, hosts: undefined })));
  });

  it("is no change against itself", () => {
    expect(printReview(reviewPolicies(sideOfText(text), sideOfText(text), { rotated: [] }))).toBe(
      "## Firewall review\n\n**Nothing changes.**\n",
    );
  });
});

const POLICY = parseFleetPolicy({
  services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9001" } },
  allow: ["198.51.100.7"],
});
const place = { kind: "shown", user: "root", address: "192.0.2.1", port: 22 } as const;

describe("a firewall that a stack has", () => {
  const side = sideOfText(
    textOf(POLICY, [
      { name: "web-1", place },
      { name: "web-2", place },
    ]),
  );

  it("gets the same rules again on hosts that drifted", () => {
    expect(printReview(reviewPolicies(side, side, { rotated: [], drifted: ["web-2"] }))).toBe(
      `## Firewall review

**The rules stay as they are; 1 host touched.**

### Hosts touched

- get the same rules again (they drifted, never got them, or are connected to in another way): web-2
`,
    );
  });

  it("says what becomes of each host, and how much opens up and closes down", () => {
    const policy = parseFleetPolicy({
      services: {
        ssh: { ports: ["22"], sequence: "7000,8000/udp,9001", accessWindow: "1h", access: "once" },
      },
      identity: { ipv4Prefix: 24 },
    });
    const hosts = ["web-1", "web-2", "web-3"].map((name) => ({ name, place }));
    const [before, after] = [
      sideOfText(textOf(POLICY, hosts)),
      sideOfText(
        textOf(policy, [
          { name: "web-0", place },
          { name: "web-1", place: { ...place, port: 2222 } },
          { name: "web-2", place },
        ]),
      ),
    ];
    const [report] = printReview(reviewPolicies(before, after, { rotated: [] })).split("\n### Knocking\n");
    expect(report).toBe(`## Firewall review

**6 changes, 3 open up, 3 close down, 4 hosts touched, 2 lock-out risks.**

|  | what | before | after |  | in words |
| --- | --- | --- | --- | --- | --- |
| **ssh** | access | \`window\` | \`once\` | 🔒 closes down | one sequence opens one connection |
|  | accessWindow | \`10s\` | \`1h\` | 🔓 opens up | new connections may start for 1h after the last knock |
| **the fleet** | new hosts |  | \`web-0\` | 🔒 closes down | 22/tcp was left as the host has it, now open to who knocked for ssh |
|  | hosts removed | \`web-3\` |  | 🔓 opens up | 22/tcp was open to who knocked for ssh, now left as the host has it |
| **all services** | allow | \`198.51.100.7/32\` |  | 🔒 closes down | 198.51.100.7/32: has to knock from now on |
|  | identity.ipv4Prefix | \`32\` | \`24\` | 🔓 opens up | a knock admits the knocker's whole /24, and a wrong one from there resets it |

### Lock-out risks

- web-1, web-2: 198.51.100.7/32 leaves allow while ssh guards 22/tcp: who connects from there must knock
- web-0: 22/tcp becomes guarded by ssh: only who knocks gets in

### Hosts touched

- newly guarded: web-0
- not guarded any more: web-3
- reached in another way, which may be another machine: web-1
- get new rules: web-2
`);
  });

  it("says nothing of drift where new rules go to every host", () => {
    const { hosts } = reviewPolicies(side, side, {
      rotated: [{ kind: "admit", opener: { kind: "service", name: "ssh" } }],
      drifted: ["web-2"],
    });
    expect(hosts).toEqual({ added: [], removed: [], moved: [], updated: ["web-1", "web-2"], repaired: [] });
  });

  it("is shown with a note where the hosts have not confirmed it", () => {
    expect(printReview(reviewPolicies(side, side, { rotated: [], isUnconfirmed: true }))).toBe(
      `## Firewall review

**Nothing changes.**

> The last update did not finish. This compares with what it was to bring, and hosts may have older rules.
`,
    );
  });
});

describe("a firewall that is new", () => {
  it("closes down what it guards, opens nothing to those in allow, and touches its hosts", () => {
    const after = sideOfText(textOf(POLICY, [{ name: "web-1", place }]));
    const { changes, hosts, lockOutRisks } = reviewPolicies(sideWithoutRules(after), after, { rotated: [] });
    expect(changes).toMatchObject([
      { subject: "ssh", what: "new service", direction: "closes down" },
      {
        subject: "all services",
        what: "allow",
        direction: "changes",
        meaning: "198.51.100.7/32: need not knock at what is guarded from now on",
      },
    ]);
    expect(hosts).toEqual({ added: ["web-1"], removed: [], moved: [], updated: [], repaired: [] });
    expect(lockOutRisks).toEqual([
      "22/tcp becomes guarded by ssh: only 198.51.100.7/32 and who knocks gets in",
    ]);
  });

  it("opens nothing to its knockers either", () => {
    const policy = parseFleetPolicy({
      services: { ssh: { ports: ["22"] } },
      knockers: { alice: { services: ["ssh"], sequence: "7000,8000/udp,9001" } },
    });
    const after = sideOfText(textOf(policy, [{ name: "web-1", place }]));
    const { changes } = reviewPolicies(sideWithoutRules(after), after, { rotated: [] });
    expect(changes.map(({ subject, what, direction }) => [subject, what, direction])).toEqual([
      ["ssh", "new service", "closes down"],
      ["knocker alice", "new knocker", "changes"],
    ]);
  });
});

describe("the picture of the knocking", () => {
  it("is left out where there would be too much to see", () => {
    const services = Array.from({ length: 20 }, (_, index) => [
      `s${index}`,
      { ports: [`${100 + index}`], sequence: `${20_000 + 3 * index},${30_000 + 3 * index}` },
    ]);
    const side = sideOfPolicy(fleetOf({ services: Object.fromEntries(services) }));
    expect(drawKnocking(side.sequences, [])).toBe(undefined);
    expect(drawKnocking(side.sequences.slice(0, 2), [])?.split("\n")[0]).toBe("flowchart LR");
  });

  it("says what the last knock of each sequence does", () => {
    const side = sideOfPolicy(
      fleetOf({
        services: {
          ssh: { ports: ["22"], sequence: "7000,8123", closeSequence: "4001,5701", access: "once" },
          sftp: { ports: ["2222"], sequenceOf: "ssh", accessWindow: "1h" },
        },
        openPorts: ["80"],
        baseline: { unbanSequence: "6205,5003" },
      }),
    );
    expect(drawKnocking(side.sequences, [])?.match(/\(\[".*"\]\)/g)).toEqual([
      '(["ssh: one connection within 10s<br/>sftp: admitted for 1h"])',
      '(["ssh, sftp: access ended"])',
      '(["off the blacklist"])',
    ]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describePolicy } from "../../components/policy/describePolicy";
import { parsePolicy } from "../../components/policy/parsePolicy";
import { drawKnocking } from "../../components/review/drawKnocking";
import { printReview } from "../../components/review/printReview";
import { reviewPolicies } from "../../components/review/reviewPolicies";
import { type ReviewSide, sideOfPolicy } from "../../components/review/reviewSide";
import { sideOfText, sideWithoutRules } from "../../components/review/sideOfText";

const golden = join(import.meta.dirname, "../golden");
const cases = readdirSync(golden, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** All but which knocks are equal, which a text does not say. */
const comparable = ({ facts, sequences }: ReviewSide) => ({
  facts: facts.map(({ path, value }) => `${path} = ${value}`).toSorted(),
  sequences: sequences.map(({ knocks, ...rest }) => ({
    ...rest,
    knocks: knocks.map((each) => each.protocol),
  })),
});

describe.each(cases)("the review text of %s", (name) => {
  const policy = parsePolicy(JSON.parse(readFileSync(join(golden, name, "policy.json"), "utf8")));
  const text = describePolicy(policy, []);

  it("says as much as the policy, but which sequences begin alike", () => {
    expect(comparable(sideOfText(text))).toEqual(comparable(sideOfPolicy(policy)));
  });

  it("is no change against itself", () => {
    expect(printReview(reviewPolicies(sideOfText(text), sideOfText(text), { rotated: [] }))).toBe(
      "## Firewall review\n\n**Nothing changes.**\n",
    );
  });
});

const POLICY = parsePolicy({
  services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9001" } },
  allow: ["198.51.100.7"],
});
const place = { kind: "shown", user: "root", address: "192.0.2.1", port: 22 } as const;

describe("a firewall that a stack has", () => {
  const side = sideOfText(
    describePolicy(POLICY, [
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

  it("says nothing of drift where new rules go to every host", () => {
    const { hosts } = reviewPolicies(side, side, { rotated: ["ssh"], drifted: ["web-2"] });
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
  it("closes down what it guards, and touches its hosts", () => {
    const after = sideOfText(describePolicy(POLICY, [{ name: "web-1", place }]));
    const { changes, hosts, lockOutRisks } = reviewPolicies(sideWithoutRules(after), after, { rotated: [] });
    expect(changes.map(({ subject, what, direction }) => [subject, what, direction])).toEqual([
      ["ssh", "new service", "closes down"],
      ["all services", "allow", "opens up"],
    ]);
    expect(hosts).toEqual({ added: ["web-1"], removed: [], moved: [], updated: [], repaired: [] });
    expect(lockOutRisks).toEqual([
      "22/tcp becomes guarded by ssh: only 198.51.100.7/32 and who knocks gets in",
    ]);
  });
});

describe("the picture of the knocking", () => {
  it("is left out where there would be too much to see", () => {
    const services = Array.from({ length: 20 }, (_, index) => [
      `s${index}`,
      { ports: [`${100 + index}`], sequence: `${20_000 + 3 * index},${30_000 + 3 * index}` },
    ]);
    const side = sideOfPolicy(parsePolicy({ services: Object.fromEntries(services) }));
    expect(drawKnocking(side.sequences)).toBe(undefined);
    expect(drawKnocking(side.sequences.slice(0, 2))?.split("\n")[0]).toBe("flowchart LR");
  });
});

import { describe, expect, it } from "vitest";
import { HOST_SCRIPT } from "../../components/remote/envelope";
import type { Verb } from "../../components/remote/hostCommand";
import { SCENARIOS } from "../support/faults/scenarios";

/** What a resource runs, what the program runs before it, and the status, of which the probe asks. */
const SENT: Readonly<Record<Verb | "deliver" | "status", true>> = {
  deliver: true,
  apply: true,
  confirm: true,
  remove: true,
  status: true,
};
/** What systemd runs around a flush of all tables, and by a timer, where nobody reads a sentence about verbs. */
const AROUND_FLUSH = ["note", "put-back"];
const BY_SYSTEMD = [...AROUND_FLUSH, "fill"];

describe("the verbs of the host script", () => {
  const [main = ""] = /^portknock_main\(\) \{[\s\S]*?^\}/m.exec(HOST_SCRIPT) ?? [];
  const verbs = [...main.matchAll(/^\t([a-z |-]+)\)/gm)].flatMap(([, names = ""]) => names.split(" | "));

  it("are what is sent, a rollback, and what systemd runs", () => {
    expect(verbs.toSorted()).toEqual([...Object.keys(SENT), "rollback", ...BY_SYSTEMD].toSorted());
  });

  it("are explained above it, and named to who calls another one", () => {
    const [explained = ""] = HOST_SCRIPT.split("\nPATH=", 1);
    for (const verb of verbs) expect(explained).toMatch(new RegExp(`^# {3}(.*, )?${verb}\\b`, "m"));
    const [, named = ""] = /unknown verb; use (.*)'/.exec(main) ?? [];
    expect(named.split(/, | or /).toSorted()).toEqual(
      verbs.filter((verb) => !BY_SYSTEMD.includes(verb)).toSorted(),
    );
  });

  it("are each hit by faults, but for what stands around a flush", () => {
    const hit = new Set<string>(SCENARIOS.map(({ verb }) => verb));
    expect(verbs.filter((verb) => !hit.has(verb))).toEqual(AROUND_FLUSH);
  });
});

describe("what the host script refuses", () => {
  const reasons = [...HOST_SCRIPT.matchAll(/\b(?:fail|abandon) (?:'([^']*)'|"(.*)")/g)]
    .map(([, plain, expanding]) => plain ?? expanding ?? "")
    // What passes on a reason of somebody else.
    .filter((reason) => !/^\$(1|\(why_not_root .*\)|nft_hangs)$/.test(reason));

  it("is said with what to do, or with what stands now", () => {
    expect(reasons.length).toBeGreaterThan(20);
    for (const reason of reasons) expect(reason).toMatch(/^[^;]+[^ ;]; [a-z$][\s\S]*[^ .;]$/);
  });
});

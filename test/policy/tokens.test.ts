import { describe, expect, it } from "vitest";
import { ownKnock } from "../../components/policy/deployerKnocks";
import type { TokenSupply } from "../../components/policy/policy";
import { tokenWarnings } from "../../components/policy/tokenWarnings";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { tokenFingerprint } from "../../components/tokens/tokenSecret";
import { problemsOf } from "../support/problemsOf";

const ssh = { ports: ["22"], accessWindow: "3m" };
const SECRET = "c0".repeat(32);
const alice = { services: ["ssh"], token: SECRET };
const NOW = 1_795_000_000;

describe("a knocker with a token", () => {
  it("that is wrong is named by all that is wrong at once, and no secret is shown", () => {
    const written = {
      services: { ssh },
      knockers: {
        alice,
        bob: { services: ["ssh"], token: Buffer.from(SECRET, "hex").toString("base64") },
        carol: { services: ["ssh"], token: SECRET, sequence: "7000,8200,9100" },
        dave: { services: ["ssh"] },
        erin: { services: ["ssh", "nowhere"], token: "c0ffee" },
        frank: { services: [], token: "d0".repeat(32), until: "tomorrow", unban: true },
      },
      deployer: "grace",
    };
    expect(problemsOf(written)).toEqual([
      "deployer: names no knocker; known are alice, bob, carol, dave, erin, frank",
      'knockers.bob.token: is that of alice; give another one, as "openssl rand -base64 32" prints it',
      "knockers.carol.sequence: stands beside token; keep one of the two",
      'knockers.carol.token: is that of alice; give another one, as "openssl rand -base64 32" prints it',
      "knockers.dave.sequence: is missing, and so is token; give one of the two",
      "knockers.erin.services: names a service that is not there; known are ssh",
      'knockers.erin.token: has fewer than 32 bytes; give 32 random bytes, as "openssl rand -base64 32" prints them',
      "knockers.frank.services: names no service; name at least one, or take the knocker out",
      "knockers.frank.unban: needs a blacklist, and only a baseline has one; add baseline, or leave unban out",
      'knockers.frank.until: is no moment in time; write date, time and time zone, like "2027-01-31T18:00:00Z" or "2027-01-31T18:00:00+01:00"',
    ]);
  });

  it("knocks for the program where its window is long enough, tokens are left, and clocks agree", () => {
    const policy = parsePolicy({ services: { ssh }, knockers: { alice }, deployer: "alice" });
    const [service] = policy.services;
    if (service === undefined) throw new Error("bug: no service");
    const supply = (clock: number, from: number, to: number): TokenSupply => ({
      clock,
      filled: [{ knocker: "alice", fingerprint: tokenFingerprint(SECRET, "alice"), from, to }],
    });
    const knock = (tokens?: TokenSupply) => {
      const own = ownKnock(policy, service, { now: NOW, atLeastSeconds: 60, supply: tokens });
      return own.kind === "cannot" ? own.problem : own.kind;
    };
    expect([knock(), knock(supply(NOW + 100, 0, NOW + 61))]).toEqual(["knocks", "knocks"]);
    expect(knock(supply(NOW - 7200, 0, NOW + 61))).toBe(
      "the clock of the host is 2h behind, so that no token is in time",
    );
    expect(knock(supply(NOW, 0, NOW + 59))).toBe("the host has no tokens of alice left");
    expect(knock(supply(NOW, NOW + 300, NOW + 9000))).toBe(
      "the host has no tokens of alice left before 2026-11-18T11:11:40Z",
    );
    // Those of another secret say nothing of this one.
    const other = { clock: NOW, filled: [{ knocker: "alice", fingerprint: "00", from: 0, to: 0 }] };
    expect(knock(other)).toBe("knocks");
    const short = { ...service, accessWindowSeconds: 15 };
    expect(ownKnock(policy, short, { atLeastSeconds: 60 })).toEqual({
      kind: "cannot",
      problem: "the access window of ssh is too short to be kept open",
      remedy: "give 19s or more",
    });
  });
});

describe("a warning about tokens", () => {
  const filled = (from: number, to: number) => [{ knocker: "alice", fingerprint: "f0", from, to }];

  it("is given where a clock is off, where there are none yet, and where they run out", () => {
    expect(tokenWarnings({ clock: NOW + 59, filled: filled(0, NOW + 86_400) }, NOW)).toEqual([]);
    expect(tokenWarnings({ clock: NOW - 100, filled: filled(0, NOW + 3600) }, NOW)).toEqual([
      "its clock is 2m behind this machine's, and tokens bear 2m: set the clock that is wrong",
      "it has tokens of alice until 2026-11-18T12:06:40Z only: see there why portknock-tokens.timer does not run",
    ]);
    expect(tokenWarnings({ clock: NOW, filled: filled(NOW + 300, NOW + 86_400) }, NOW)).toEqual([
      "it has no tokens of alice before 2026-11-18T11:11:40Z: after a boot or a flush it begins with a slot that nobody can have used",
    ]);
    expect(tokenWarnings({ clock: NOW, filled: filled(0, 0) }, NOW)).toEqual([
      "it has no tokens of alice: see there why portknock-tokens.timer does not run",
    ]);
  });
});

import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { labProblem } from "../../lab";
import { createKnockingLab, type KnockingLab } from "../support/knockingLab";
import { nmapAnswers } from "../support/packets/nmap";

const hasNmap = spawnSync("nmap", ["--version"]).error === undefined;
const problem = labProblem() ?? (hasNmap ? undefined : "nmap not found; run: apt-get install -y nmap");
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const GUARDED = 4222;
const CLOSED = 4223;
const SCANS = ["-sS", "-sU", "-sA", "-sF", "-sN", "-sX"];

const GUARD = {
  services: { door: { ports: [`${GUARDED}`, `${GUARDED}/udp`], sequence: "30000,10000,20000" } },
};
const BASELINE = { ...GUARD, baseline: { exceptNetworks: ["10.77.0.0/16", "fd77::/32"] } };

/** A host's own firewall, whose closed ports answer nothing. */
const THEIRS = `table inet theirs {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    meta l4proto { icmp, icmpv6 } accept
    iif lo accept
    meta l4proto { tcp, udp } th dport ${GUARDED} accept
  }
}`;
const HOSTS = [
  { host: "a host that rejects, guarded", input: GUARD, theirs: "" },
  { host: "a host that drops, guarded", input: { ...GUARD, guardedAnswer: "drop" }, theirs: THEIRS },
  { host: "a baseline that rejects", input: BASELINE, theirs: "" },
  { host: "a baseline that drops", input: { ...BASELINE, guardedAnswer: "drop" }, theirs: "" },
];

describe.skipIf(problem !== undefined)("nmap cannot tell a guarded port from a closed one on", () => {
  let knocking: KnockingLab;

  beforeAll(async () => {
    knocking = await createKnockingLab(GUARD, [`${GUARDED}/tcp`, `${GUARDED}/udp`]);
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  describe.each(HOSTS)("$host", ({ input, theirs }) => {
    beforeAll(async () => {
      const ours = printRuleset(compilePolicy(parsePolicy(input)));
      await knocking.host.run("nft -f -", {
        input: `table inet theirs\ndelete table inet theirs\n${theirs}\n${ours}`,
      });
    });

    it.each([4, 6] as const)("over IPv%i, whatever it sends", async (family) => {
      const { client, nextSource } = knocking;
      const answers = (port: number) =>
        Promise.all(
          SCANS.map(async (kind) => [kind, ...(await nmapAnswers(client, nextSource(family), kind, port))]),
        );
      const [guarded, closed] = [await answers(GUARDED), await answers(CLOSED)];
      expect(guarded).toEqual(closed);
      // Every scan came to a verdict.
      expect(closed.map((lines) => lines.at(-1)?.slice(0, 4))).toEqual(
        SCANS.map((kind) => (kind === "-sU" ? "/udp" : "/tcp")),
      );
    });
  });
});

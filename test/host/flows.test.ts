import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { addressOf, type SourceKind } from "../support/packets/scripts/addresses";
import {
  createScriptLab,
  type ScriptLab,
  scriptLabProblem,
  type Target,
} from "../support/packets/scripts/scriptLab";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const KNOCKS = ["7000/tcp", "9000/tcp", "8000/tcp"];
const CLOSING = ["9100/tcp", "7100/tcp"];
const SERVICES = {
  vpn: {
    ports: ["5820-5830/udp"],
    sequence: "7000,9000,8000",
    closeSequence: "9100,7100",
    accessWindow: "1s",
    flowTimeout: "3s",
  },
  chat: { ports: ["5990/udp"], sequenceOf: "vpn", accessWindow: "1s" },
};
/** Seconds after which connection tracking forgets a flow here, and a pause in which it does. */
const FORGETS = 1;
const PAUSE = 1600;

describe.skipIf(problem !== undefined).each([
  { profile: "guard", baseline: {} },
  { profile: "baseline", baseline: { baseline: { exceptNetworks: ["10.128.0.0/9", "fd78::/16"] } } },
])("a flow to keep under a $profile", ({ profile, baseline }) => {
  let lab: ScriptLab;
  let target: Target;

  beforeAll(async () => {
    lab = await createScriptLab();
    target = await lab.addTarget(profile, ["5820/udp", "5830/udp", "5990/udp"]);
    await target.load(compilePolicy(parsePolicy({ services: SERVICES, ...baseline })));
    const timeouts = ["udp_timeout", "udp_timeout_stream"].map(
      (name) => `net.netfilter.nf_conntrack_${name}=${FORGETS}`,
    );
    await target.station.run(["sysctl", "-qw", ...timeouts]);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.concurrent.each([
    ["v4", 1],
    ["v6", 2],
  ] as const)(
    "goes on over %s when connection tracking has forgotten it, and no other does",
    async (kind, play) => {
      const [from, stranger] = [addressOf(kind, play), addressOf(kind, play + 100)];
      await target.answersTo(from, KNOCKS);
      expect(await target.answersTo(from, ["5820/udp from 4000", "5990/udp from 4001"])).toEqual([
        "open",
        "open",
      ]);
      await sleep(PAUSE);
      // From another port too: translation of addresses forgets as well.
      expect(
        await target.answersTo(from, ["5820/udp from 4000", "5830/udp from 4002", "5990/udp from 4001"]),
      ).toEqual(["open", "open", "closed"]);
      expect(await target.answersTo(stranger, ["5820/udp from 4000"])).toEqual(["closed"]);
    },
  );

  it.concurrent.each([
    ["v4", 3],
    ["v6", 4],
  ] as const)("counts its silence over %s from its last datagram, and ends after it", async (kind, play) => {
    const from = addressOf(kind, play);
    await target.answersTo(from, [...KNOCKS, "5820/udp from 4000"]);
    for (let sent = 0; sent < 9; sent += 1) {
      await sleep(300);
      expect(await target.answersTo(from, ["5820/udp from 4000"])).toEqual(["open"]);
    }
    await sleep(PAUSE);
    expect(await target.answersTo(from, ["5820/udp from 4000"])).toEqual(["open"]);
    await sleep(3300);
    expect(await target.answersTo(from, ["5820/udp from 4000"])).toEqual(["closed"]);
  });

  it.concurrent.each([
    ["v4", 5],
    ["v6", 6],
  ] as const)("is not known any more over %s after the close sequence", async (kind: SourceKind, play) => {
    const from = addressOf(kind, play);
    expect(await target.answersTo(from, [...KNOCKS, "5820/udp from 4000", ...CLOSING])).toEqual([
      ...["closed", "closed", "closed"],
      ...["open", "closed", "closed"],
    ]);
    await sleep(PAUSE);
    expect(await target.answersTo(from, ["5820/udp from 4000"])).toEqual(["closed"]);
  });
});

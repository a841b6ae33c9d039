import { setTimeout as sleep } from "node:timers/promises";
import { parsePolicy } from "../../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import { SOURCE_NETWORKS } from "../../support/packets/scripts/addresses";
import { LIST_ELEMENTS } from "../../support/packets/scripts/kernelKnowledge";
import type { GuestTarget } from "./guestNetwork";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

/** Long enough that an emulated machine makes three knocks in it. */
const KNOCK_TIMEOUT = 6;
const WINDOW = 12;
const BLACKLIST = 8;
/** As long as a source must be quiet for its pace to be forgotten. */
const PACE = 10;
const KNOCKS = ["7000/tcp", "8000/udp", "9000/tcp"];
const GUARDED = "2222/tcp";

const POLICY = {
  services: {
    door: {
      ports: ["2222"],
      sequence: "7000,8000/udp,9000",
      knockTimeout: `${KNOCK_TIMEOUT}s`,
      accessWindow: `${WINDOW}s`,
    },
  },
  openPorts: ["80"],
  baseline: {
    traps: ["21"],
    exceptNetworks: SOURCE_NETWORKS.own,
    blacklistTime: `${BLACKLIST}s`,
    synsPerSecond: 1000,
  },
};

/** Knock timeouts, windows, the blacklist and the pace of first knocks end, and not too early. */
export async function runTimeouts({ network, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  const target = await network.addTarget("timeouts", ["2222/tcp", "80/tcp"]);
  await target.load(printRuleset(compilePolicy(parsePolicy(POLICY))));
  await Promise.all([
    ...["10.128.1.1", "fd78:1::1"].map((from) => knockTimeout(target, from, checks.same)),
    ...["10.128.2.1", "fd78:2::1"].map((from) => window(target, from, checks.same)),
    ...["10.128.3.1", "fd78:3::1"].map((from) => blacklist(target, from, checks.same)),
    ...["10.128.4.1", "fd78:4::1"].map((from) => pace(target, from, checks.same)),
  ]);
  await sleep(1000 * (Math.max(WINDOW, PACE, BLACKLIST) + 3));
  const { text } = await target.list(LIST_ELEMENTS);
  for (const set of ["stage", "admitted", "blacklist", "trusted", "pace"]) {
    const left = [...text.matchAll(new RegExp(`pk_${set}[46] \\{[^{}]*elements`, "g"))].length;
    checks.same(`sets of the kind ${set} that still have somebody`, left, 0);
  }
  return checks.outcome();
}

type Same = (what: string, found: unknown, wanted: unknown) => void;

async function knockTimeout(target: GuestTarget, from: string, same: Same): Promise<void> {
  const [first = "", second = "", last = ""] = KNOCKS;
  await target.answersTo(from, [first, second]);
  await sleep(1000 * (KNOCK_TIMEOUT + 1.5));
  same(`${from}: a knock after the knock timeout`, await target.answersTo(from, [last, GUARDED]), [
    "closed",
    "closed",
  ]);
  same(`${from}: knocks within it`, (await target.answersTo(from, [...KNOCKS, GUARDED])).at(-1), "open");
}

async function window(target: GuestTarget, from: string, same: Same): Promise<void> {
  same(`${from}: the window opens`, (await target.answersTo(from, [...KNOCKS, GUARDED])).at(-1), "open");
  await sleep(1000 * (WINDOW / 2));
  same(`${from}: half-way through its window`, await target.answersTo(from, [GUARDED]), ["open"]);
  await sleep(1000 * (WINDOW / 2 + 1.5));
  same(`${from}: after its window`, await target.answersTo(from, [GUARDED]), ["closed"]);
}

async function blacklist(target: GuestTarget, from: string, same: Same): Promise<void> {
  same(`${from}: at a trap`, await target.answersTo(from, ["80/tcp", "21/tcp", "80/tcp"]), [
    "open",
    "silent",
    "silent",
  ]);
  // Each packet of a blacklisted source starts its time afresh.
  await sleep(1000 * (BLACKLIST + 1.5));
  same(`${from}: after its time on the blacklist`, await target.answersTo(from, ["80/tcp"]), ["open"]);
}

async function pace(target: GuestTarget, from: string, same: Same): Promise<void> {
  const [first = ""] = KNOCKS;
  const tooFast = Array.from({ length: 10 }, () => [first, "1001/tcp"]).flat();
  same(
    `${from}: a sequence after ten first knocks`,
    (await target.answersTo(from, [...tooFast, ...KNOCKS, GUARDED])).at(-1),
    "closed",
  );
  await sleep(1000 * (PACE + 1.5));
  same(
    `${from}: a sequence after a pause`,
    (await target.answersTo(from, [...KNOCKS, GUARDED])).at(-1),
    "open",
  );
}

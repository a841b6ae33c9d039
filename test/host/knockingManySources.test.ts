import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { addressOf, SOURCE_NETWORKS } from "../support/packets/scripts/addresses";
import {
  createScriptLab,
  type ScriptLab,
  scriptLabProblem,
  type Target,
} from "../support/packets/scripts/scriptLab";
import { countElements, fillSets, sourceSets, withSetSizes } from "../support/packets/scripts/sourceSets";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const TIMES = { knockTimeout: "5m", accessWindow: "1h" };
/** Sequences that go up, down and to and fro, of one protocol and of both. */
const SERVICES = {
  up: { ports: ["2222"], sequence: "1110,1470,1930", ...TIMES },
  down: { ports: ["2223", "2223/udp"], sequence: "1830/udp,1370/udp,1050/udp", ...TIMES },
  mixed: { ports: ["2224"], sequence: "1670,1230/udp,1530", ...TIMES },
};
const GUARDED = ["2222/tcp", "2223/tcp", "2223/udp", "2224/tcp"];
const UP = ["1110/tcp", "1470/tcp", "1930/tcp"];
const LISTENING = [...GUARDED, "80/tcp"];
const BASELINE = { baseline: { traps: ["21"], synsPerSecond: 100_000, exceptNetworks: SOURCE_NETWORKS.own } };

describe.skipIf(problem !== undefined).each([
  { profile: "guard", input: { services: SERVICES, openPorts: ["80"] } },
  { profile: "baseline", input: { services: SERVICES, openPorts: ["80"], ...BASELINE } },
])("under a $profile", ({ profile, input }) => {
  const isBaseline = profile === "baseline";
  const ruleset = compilePolicy(parsePolicy(input));
  let lab: ScriptLab;
  let target: Target;

  beforeAll(async () => {
    lab = await createScriptLab();
    target = await lab.addTarget(profile, LISTENING);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it("scans from many sources at once, in every order, of both protocols and repeated, open nothing", async () => {
    await target.load(ruleset);
    const ports = Array.from({ length: 1000 }, (_, index) => 1001 + index);
    const scans = Object.values(ORDERS).flatMap((order) =>
      (["tcp", "udp", "both"] as const).map((protocols) =>
        order(ports).flatMap((port) =>
          protocols === "both" ? [`${port}/tcp`, `${port}/udp`] : [`${port}/${protocols}`],
        ),
      ),
    );
    const kinds = ["v4", "v6"] as const;
    const sources = scans.flatMap((scan, number) =>
      kinds.map((kind) => ({ from: addressOf(kind, number), scan })),
    );
    // Twice each, in turns with all the others; then everybody tries every door.
    const reports = await Promise.all(
      sources.map(async ({ from, scan }) => {
        await target.send(
          [...scan, ...scan].map((packet) => ({ from, packet })),
          0,
        );
        return target.answersTo(from, GUARDED);
      }),
    );
    expect(reports.flat().filter((answer) => answer !== "closed")).toEqual([]);
    const admitted = ruleset.sets.filter(({ name }) => name.startsWith("pk_admitted"));
    expect(await countElements(target.station, admitted)).toEqual({ pk_admitted4: 0, pk_admitted6: 0 });
    // The sequence itself does open it, from a source that has scanned too.
    const [{ from } = { from: "" }] = sources;
    expect(await target.answersTo(from, [...UP, ...GUARDED])).toEqual([
      ...["closed", "closed", "closed"],
      ...["open", "closed", "closed", "closed"],
    ]);
  });

  it("full sets let nobody in, keep in who is in, and keep out who is out, however many knock", async () => {
    const small = withSetSizes(ruleset, 100);
    const sets = sourceSets(small);
    const full = Object.fromEntries(sets.map(({ name }) => [name, 100]));
    await target.load(small);
    const [inside, outside, late] = [addressOf("v4", 1), addressOf("v4", 2), addressOf("v4", 3)];
    await target.answersTo(inside, UP);
    await target.answersTo(outside, ["21/tcp"]);
    await fillSets(target.station, sets, "up");

    const knockers = Array.from({ length: 2000 }, (_, index) =>
      addressOf(index % 2 === 0 ? "v4" : "v6", 1000 + index),
    );
    const attempts = knockers.flatMap((from, index) =>
      (index % 4 === 0 ? [...UP, "2222/tcp"] : FLOOD).map((packet) => ({ from, packet })),
    );
    const { steps } = await target.send(attempts, 1);
    const answers = new Set(steps.map(({ answer }, index) => `${attempts[index]?.packet} ${answer}`));
    expect([...answers].toSorted()).toEqual(
      [...UP, ...FLOOD, "2222/tcp"]
        .map((packet) => `${packet} ${packet === "21/tcp" && isBaseline ? "silent" : "closed"}`)
        .toSorted(),
    );
    expect(await target.answersTo(inside, GUARDED)).toEqual(["open", "closed", "closed", "closed"]);
    expect(await target.answersTo(late, [...UP, ...GUARDED])).toEqual(
      Array.from({ length: 7 }, () => "closed"),
    );
    const shut = isBaseline ? "silent" : "closed";
    expect(await target.answersTo(outside, [...UP, ...GUARDED])).toEqual(
      Array.from({ length: 7 }, () => shut),
    );
    expect(await countElements(target.station, sets)).toEqual(full);
    // It was for want of room.
    await target.load(ruleset);
    expect(await target.answersTo(late, [...UP, "2222/tcp"])).toEqual(["closed", "closed", "closed", "open"]);
  });
});

const ORDERS = {
  sequential: (ports: readonly number[]) => ports,
  reverse: (ports: readonly number[]) => ports.toReversed(),
  random: (ports: readonly number[]) => ports.toSorted((a, b) => shuffled(a) - shuffled(b)),
};

/** Packets that want a place in every set. */
const FLOOD = ["1670/tcp", "2223/udp", "21/tcp", "1999/tcp"];

/** The same disorder in every run. */
function shuffled(port: number): number {
  return (port * 7919) % 10_007;
}

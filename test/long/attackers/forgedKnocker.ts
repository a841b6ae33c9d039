import { setTimeout as sleep } from "node:timers/promises";
import { table } from "../../../bench/markdown";
import type { Source } from "../../support/knockingLab";
import { type Bytes, FLAG, ip, PROTOCOL, tcp } from "../../support/packets/probes/frames";
import { type AttackerLab, CLOSED, GUARDED } from "./attackerLab";

const RATES = [0, 1, 10, 100, 1000] as const;
const SEQUENCES = {
  3: "7000,9000,8000",
  4: "7000,9000,8000,6000",
} as const;
const PACES: readonly { readonly knocks: 3 | 4; readonly milliseconds: number }[] = [
  { knocks: 3, milliseconds: 0 },
  { knocks: 4, milliseconds: 0 },
  { knocks: 3, milliseconds: 20 },
  { knocks: 4, milliseconds: 20 },
  { knocks: 3, milliseconds: 100 },
  { knocks: 4, milliseconds: 100 },
  { knocks: 3, milliseconds: 1000 },
];
/** Forged packets of one source, of which each comes from another port. */
const PORTS = 16;

const policyOf = (knocks: 3 | 4, more: object = {}) => ({
  services: { ssh: { ports: [`${GUARDED}`], sequence: SEQUENCES[knocks], accessWindow: "1h" } },
  openPorts: ["80"],
  ...more,
});

/** Somebody knows a knocker's address and sends wrong knocks under it, from elsewhere. */
export async function measureForgedKnocker(lab: AttackerLab): Promise<string> {
  const rows: string[][] = [];
  for (const { knocks, milliseconds } of PACES) {
    const cells: string[] = [];
    let took = 0;
    for (const rate of RATES) {
      await lab.load(policyOf(knocks));
      const seconds = 4 + (knocks * milliseconds) / 1000;
      const flood = await start(lab, rate, seconds, (source) => wrongKnocks(source, CLOSED, FLAG.syn));
      const tries = await Promise.all(lab.knockers.map((one) => knock(one, SEQUENCES[knocks], milliseconds)));
      await flood?.rate;
      took = Math.max(took, median(tries.map((one) => one.seconds)));
      cells.push(shareOf(tries.map(({ isOpen }) => isOpen)));
    }
    rows.push([
      `${knocks} knocks, ${milliseconds} ms apart (${Math.round(1000 * took)} ms in all)`,
      ...cells,
    ]);
  }
  return [
    `### Wrong knocks under the knocker's address\n`,
    `How many of ${lab.knockers.length} knockers get in with one try, at so many forged SYNs a second for each of them:\n`,
    table(["forged a second", ...RATES.map(String)], rows),
  ].join("\n");
}

/** Whoever knows more than the address: the first knock, or that a service admits once. */
export async function measureForgedKnowledge(lab: AttackerLab): Promise<string> {
  const rates = [1, 10, 100];
  const cases = [
    { name: "the first knock, knocks 20 ms apart", port: 7000, access: "window", pause: 0 },
    {
      name: "SYNs to the guarded port, access once, connect at once",
      port: GUARDED,
      access: "once",
      pause: 0,
    },
    { name: "the same, connect 300 ms later", port: GUARDED, access: "once", pause: 300 },
  ];
  const rows: string[][] = [];
  for (const { name, port, access, pause } of cases) {
    const cells: string[] = [];
    for (const rate of rates) {
      const { services, ...rest } = policyOf(3);
      await lab.load({ services: { ssh: { ...services.ssh, access } }, ...rest });
      const flood = await start(lab, rate, 5, (source) => wrongKnocks(source, port, FLAG.syn));
      await sleep(1000);
      const tries = await Promise.all(lab.knockers.map((one) => knock(one, SEQUENCES[3], 20, pause)));
      await flood?.rate;
      cells.push(shareOf(tries.map(({ isOpen }) => isOpen)));
    }
    rows.push([name, ...cells]);
  }
  return [
    "### Forged by whoever knows more\n",
    "The share of knockers who get in with one try:\n",
    table(["forged a second", ...rates.map(String)], rows),
  ].join("\n");
}

/** The same under a baseline, with packets that blacklist. */
export async function measureForgedBlacklisting(lab: AttackerLab): Promise<string> {
  const rows: string[][] = [];
  for (const [name, flags] of [
    ["NULL packets: no knocks", 0],
    ["SYNs to a trap: wrong knocks too", FLAG.syn],
  ] as const) {
    for (const rate of [1, 10, 100]) {
      await lab.load(policyOf(3, { baseline: { traps: ["23"], exceptNetworks: ["10.0.0.0/8"] } }));
      const flood = await start(lab, rate, 5, (source) => wrongKnocks(source, 23, flags));
      await sleep(1500);
      const before = await Promise.all(lab.knockers.map((one) => one.send("80")));
      const tries = await Promise.all(lab.knockers.map((one) => knock(one, SEQUENCES[3], 20)));
      await flood?.rate;
      const after = await Promise.all(lab.knockers.map((one) => one.send("80")));
      rows.push([
        `${name}, ${rate} a second`,
        shareOf(before.map(([answer]) => answer === "open")),
        shareOf(tries.map(({ isOpen }) => isOpen)),
        shareOf(after.map(([answer], index) => answer === "open" && tries[index]?.isOpen === true)),
      ]);
    }
  }
  return [
    "### Getting the knocker blacklisted under a baseline\n",
    "The share of sources that reach an open port, that get in with one try of 3 knocks 20 ms apart, and that then also reach the open port again:\n",
    table(["forged", "open port", "knocking", "open port, after knocking"], rows),
  ].join("\n");
}

async function start(
  lab: AttackerLab,
  rate: number,
  seconds: number,
  packetsOf: (source: Source) => readonly Bytes[],
) {
  if (rate === 0) return undefined;
  const packets = lab.knockers.map(packetsOf);
  // One of everybody, then the next of everybody.
  const inTurn = Array.from({ length: PORTS }, (_, index) =>
    packets.flatMap((own) => own.slice(index, index + 1)),
  );
  return lab.flood(inTurn.flat(), rate * lab.knockers.length, seconds);
}

function wrongKnocks({ address, hostAddress }: Source, port: number, flags: number): readonly Bytes[] {
  return Array.from({ length: PORTS }, (_, index) => {
    const flow = { from: address, to: hostAddress, fromPort: 20_000 + 7 * index, port };
    return ip(flow, { protocol: PROTOCOL.tcp }, tcp(flow, { flags }));
  });
}

interface Try {
  readonly isOpen: boolean;
  /** From the first knock to the last. */
  readonly seconds: number;
}

async function knock(source: Source, sequence: string, milliseconds: number, pause = 0): Promise<Try> {
  const steps = source
    .steps(sequence)
    .flatMap((step) => [
      { ...step, isHasty: true },
      ...(milliseconds === 0 ? [] : [{ kind: "wait", milliseconds } as const]),
    ]);
  // Not all at the very same moment.
  await sleep(Math.random() * 500);
  const wait = { kind: "wait", milliseconds: pause } as const;
  const reports = await source.run([...steps, wait, ...source.steps(`${GUARDED}`)]);
  const knocked = reports.filter((_, index) => steps[index]?.kind === "send");
  return {
    isOpen: reports.at(-1)?.answer === "open",
    seconds: (knocked.at(-1)?.at ?? 0) - (knocked[0]?.at ?? 0),
  };
}

function shareOf(answers: readonly boolean[]): string {
  return `${Math.round((100 * answers.filter(Boolean).length) / answers.length)} %`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

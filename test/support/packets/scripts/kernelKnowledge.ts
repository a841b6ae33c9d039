import { namedSequences } from "../../../../components/policy/namedSequences";
import type { Policy } from "../../../../components/policy/policy";
import { printSequence } from "../../../../components/policy/sequence";
import { serviceId } from "../../../../components/policy/serviceId";
import { buildStages, handle } from "../../../../components/ruleset/stages";
import type { LabClient } from "../../lab";
import type { Knowledge } from "../../model/knockModel";

/** What the kernel's sets said of all sources at a moment. */
export interface Snapshot {
  /** Seconds of the monotonic clock: the middle of the time that reading took, and how long it took. */
  readonly at: number;
  readonly took: number;
  /** @param address the first of the source's network: `10.1.2.0`. */
  of(address: string): Knowledge;
}

/** An element of a set: `10.0.0.1 . be3f:ff52 timeout 10s expires 9s992ms`, `10.0.0.1 timeout 5s expires 4s8ms : 0:1`. */
const ELEMENT = /([0-9a-f.:]+)(?: \. ([0-9a-f:]+))? timeout \w+ expires (\w+)(?: : ([0-9a-f:]+))?/g;

const LIST = "nft list sets table inet portknock && nft list maps";

/** Reads what packets have written. */
export async function readKernelKnowledge(station: LabClient, policy: Policy): Promise<Snapshot> {
  const before = monotonicSeconds();
  const { stdout } = await station.run(["sh", "-c", LIST]);
  const took = monotonicSeconds() - before;
  const known = new Map<string, Map<string, number>>();
  const nameOf = namesOf(policy);
  for (const [, set = "", body = ""] of stdout.matchAll(
    /pk_(stage|admitted|blacklist|trusted)[46] \{([^{}]*(?:\{[^}]*\})?)/g,
  )) {
    for (const [, address = "", service, expires = "", stage] of body.matchAll(ELEMENT)) {
      const ofSource = known.get(address) ?? new Map<string, number>();
      known.set(address, ofSource.set(nameOf(set, service ?? stage ?? ""), toSeconds(expires)));
    }
  }
  return { at: before + took / 2, took, of: (address) => known.get(address) ?? new Map() };
}

/** Of the clock that the senders use too. */
export function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** What the model calls an element. */
function namesOf(policy: Policy): (set: string, value: string) => string {
  const stages = buildStages(namedSequences(policy));
  const names = new Map([
    ...policy.services.map(({ name }) => [`admitted ${serviceId(name)}`, `admitted ${name}`] as const),
    ...stages.map(({ number, path }) => [`stage ${handle(number)}`, `stage ${printSequence(path)}`] as const),
    ["trusted ", "trust"],
    ["blacklist ", "blacklist"],
  ]);
  return (set, value) => names.get(`${set} ${value}`) ?? `${set} ${value}`;
}

/** `1h2m3s4ms` as nft prints it. */
function toSeconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/(\d+)(ms|[dhms])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}

import { namedSequences } from "../../../../components/policy/namedSequences";
import type { Policy } from "../../../../components/policy/policy";
import { printSequence } from "../../../../components/policy/sequence";
import { serviceId } from "../../../../components/policy/serviceId";
import { windowId } from "../../../../components/policy/windowId";
import { buildStages, handle } from "../../../../components/ruleset/stages";
import { openerTimer, openings, windowTimer } from "../../model/knocking";
import type { Knowledge } from "../../model/knockModel";

/** What the kernel's sets said of all sources at a moment. */
export interface Snapshot {
  /** Seconds of the monotonic clock: the middle of the time that reading took, and how long it took. */
  readonly at: number;
  readonly took: number;
  /** @param address the first of the source's network: `10.1.2.0`. */
  of(address: string): Knowledge;
  /** For how many more seconds the host has each token. */
  readonly tokens: ReadonlyMap<string, number>;
}

/**
 * An element of a set: `10.0.0.1 . be3f:ff52 timeout 10s expires 9s992ms`, and where the set has the timeout,
 * `10.0.0.1 expires 4s8ms : 0:1`.
 */
const ELEMENT = /([0-9a-f.:]+)(?: \. ([0-9a-f:]+))?(?: timeout \w+)? expires (\w+)(?: : ([0-9a-f:]+))?/g;

const WAITING = "waiting";

/** Not `list sets`: nft 0.9.8 leaves the elements out there. */
export const LIST_ELEMENTS = "nft list table inet portknock";

/** What a command printed, and between which moments of the clock that the senders use too. */
export interface TimedListing {
  readonly text: string;
  readonly before: number;
  readonly after: number;
}

/** Reads what packets have written. `list` runs a command of the shell where the rules are. */
export async function readKernelKnowledge(
  list: (command: string) => Promise<TimedListing>,
  policy: Policy,
): Promise<Snapshot> {
  const { text, before, after } = await list(LIST_ELEMENTS);
  const took = after - before;
  const known = new Map<string, Map<string, number>>();
  const nameOf = namesOf(policy);
  for (const [, set = "", body = ""] of text.matchAll(
    /pk_(stage|waiting|admitted|windows|opener_\w+|flows|blacklist|trusted)[46] \{([^{}]*(?:\{[^}]*\})?)/g,
  )) {
    for (const [, address = "", service, expires = "", stage] of body.matchAll(ELEMENT)) {
      const ofSource = known.get(address) ?? new Map<string, number>();
      known.set(address, ofSource.set(nameOf(set, service ?? stage ?? ""), toSeconds(expires)));
    }
  }
  const areTimed = text.includes("pk_waiting4 {");
  const of = (address: string): Knowledge => {
    const all = known.get(address) ?? new Map<string, number>();
    return areTimed ? withTimedStages(all) : all;
  };
  return { at: before + took / 2, took, of, tokens: readTokens(text) };
}

/** A number, `0xff timeout 1h expires 59m59s992ms : 1b21:7405`; nft 0.9.8 prints it in decimal. */
const TOKEN = /\b(0x[0-9a-f]+|\d+)(?: timeout \w+)? expires (\w+)/g;

function readTokens(text: string): ReadonlyMap<string, number> {
  const [, body = ""] = /map pk_tokens \{([^{}]*(?:\{[^}]*\})?)/.exec(text) ?? [];
  return new Map(
    [...body.matchAll(TOKEN)].map(([, number = "", expires = ""]) => [
      BigInt(number).toString(16).padStart(32, "0"),
      toSeconds(expires),
    ]),
  );
}

/** Where knock timeouts differ, a stage counts as long as its source is waited for. */
function withTimedStages(known: Knowledge): Knowledge {
  const waiting = known.get(WAITING) ?? 0;
  return new Map(
    [...known].flatMap(([name, left]) => {
      if (name === WAITING) return [];
      if (!name.startsWith("stage ")) return [[name, left] as const];
      return waiting > 0 ? [[name, Math.min(left, waiting)] as const] : [];
    }),
  );
}

/** What the model calls an element. */
function namesOf(policy: Policy): (set: string, value: string) => string {
  const stages = buildStages(namedSequences(policy));
  const names = new Map([
    ...policy.services.map(({ name }) => [`admitted ${serviceId(name)}`, `admitted ${name}`] as const),
    ...policy.services.map(({ name }) => [`flows ${serviceId(name)}`, `flows ${name}`] as const),
    ...openings(policy).flatMap(({ opener, services }) =>
      services.flatMap(({ name }) => [
        [`windows ${windowId(opener, name)}`, windowTimer(opener, name)] as const,
        [`opener_${name} ${windowId(opener, name)}`, openerTimer(opener, name)] as const,
      ]),
    ),
    ...stages.map(({ number, path }) => [`stage ${handle(number)}`, `stage ${printSequence(path)}`] as const),
    ["waiting ", WAITING],
    ["trusted ", "trust"],
    ["blacklist ", "blacklist"],
  ]);
  return (set, value) => names.get(`${set} ${value}`) ?? `${set} ${value}`;
}

/** `1h2m3s4ms` as nft prints it. */
export function toSeconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/(\d+)(ms|[dhms])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}

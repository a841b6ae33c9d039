import type { Direction, FactChange, Judgement, Sides } from "./change";
import { allMartians, martiansAmong, uncovered, withMartians, withoutCovered } from "./coveredNetworks";
import type { FactIndex } from "./factIndex";

/** Who need not knock. */
export function judgeAllow(change: FactChange, sides: Sides): Judgement {
  const { before, after } = sides;
  const effective = withoutCovered(change, before.all(change.path), after.all(change.path));
  const isFirewall = after.one("profile") === "baseline";
  const martians = isFirewall ? allMartians(effective.removed, routedNetworks(after)) : [];
  const dropped = new Set(martians);
  const others = effective.removed.filter((network) => !dropped.has(network));
  return judged(effective, [
    listed(
      { ...effective, removed: others },
      "let in to every guarded port without knocking",
      "has to knock from now on",
    ),
    martians.length > 0
      ? `${martians.join(", ")}: dropped as a martian from now on, but for guarded ports after knocking`
      : "",
  ]);
}

export function judgeExceptNetworks(change: FactChange, { before, after }: Sides): Judgement {
  const { removed, added } = withoutCovered(change, routedNetworks(before), routedNetworks(after));
  // A source that the internet routes is no martian, excepted or not.
  const effective = {
    ...change,
    removed: withMartians(removed, routedNetworks(after)),
    added: withMartians(added, routedNetworks(before)),
  };
  return judged(effective, [listed(effective, "may reach the host", "is dropped as a martian")]);
}

export function judgePing(change: FactChange, { before, after }: Sides): Judgement {
  const [hasAll, hadAll] = [change.added, change.removed].map((networks) => networks.includes("everybody"));
  if (hasAll) {
    return { direction: "opens up", meaning: "everybody may ping" };
  }
  if (hadAll) {
    return { direction: "closes down", meaning: `only ${change.added.join(", ")} may ping from now on` };
  }
  const effective = withoutCovered(change, before.all(change.path), after.all(change.path));
  return judged(effective, [listed(effective, "may ping", "may not ping any more")]);
}

/** Martians that left what a baseline excepts, by name or in `allow`. */
export function martiansAgain({ before, after }: Sides): readonly string[] {
  return martiansAmong(uncovered(routedNetworks(before), routedNetworks(after)), routedNetworks(after));
}

export function listed({ removed, added }: FactChange, now: string, gone: string): string {
  return joined([
    added.length > 0 ? `${added.join(", ")}: ${now}` : "",
    removed.length > 0 ? `${removed.join(", ")}: ${gone}` : "",
  ]);
}

/** No source in them is a martian. */
function routedNetworks(facts: FactIndex): readonly string[] {
  return [...facts.all("baseline.exceptNetworks"), ...facts.all("allow")];
}

function judged(effective: FactChange, parts: readonly string[]): Judgement {
  const isSame = effective.added.length + effective.removed.length === 0;
  return {
    direction: widening(effective),
    meaning: isSame ? "lets in the same sources as before" : joined(parts),
  };
}

/** More values let more in. Where some come and some go, that is what counts that opens up. */
function widening({ removed, added }: FactChange): Direction {
  return added.length > 0 ? "opens up" : removed.length > 0 ? "closes down" : "changes";
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

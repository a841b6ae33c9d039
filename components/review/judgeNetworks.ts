import { allMartians, martiansAmong, uncovered, withMartians } from "../policy/coveredNetworks";
import { exceptedNetworks } from "../policy/martians";
import type { Network } from "../policy/policy";
import { byNumber, type Judgement, type Side, type Sides } from "./change";
import type { FieldChange } from "./fieldChanges";
import { guardsNothing } from "./guard";
import { ofWholeBaseline } from "./wholeBaseline";
import { listNetworks, said } from "./words";

/** Networks that came, and that went. */
interface NetworkChange {
  readonly removed: readonly Network[];
  readonly added: readonly Network[];
}

/** A list of networks in one place of a policy; a host may have others beside it. */
type Lists = Pick<FieldChange<readonly Network[]>, "before" | "after">;

/** Who need not knock. */
export function judgeAllow(lists: Lists, { before, after }: Sides): Judgement {
  const change = ofLists(difference(before.outline.allow, after.outline.allow), lists);
  if (guardsNothing(before.outline)) {
    return {
      direction: "changes",
      meaning: said(listNetworks(change.added), "need not knock at what is guarded from now on").join("; "),
    };
  }
  if (guardsNothing(after.outline)) {
    return {
      direction: "changes",
      meaning: said(listNetworks(change.removed), "as everybody else: nothing is guarded any more").join(
        "; ",
      ),
    };
  }
  const isFirewall = after.outline.profile.kind === "baseline";
  const martians = isFirewall ? allMartians(change.removed, exceptedNetworks(after.outline)) : [];
  const dropped = new Set(martians);
  const others = change.removed.filter((network) => !dropped.has(network));
  return judged(change, [
    ...said(listNetworks(change.added), "let in to every guarded port without knocking"),
    ...said(listNetworks(others), "has to knock from now on"),
    ...said(listNetworks(martians), "dropped as a martian from now on, but for guarded ports after knocking"),
  ]);
}

export function judgeExceptNetworks(lists: Lists, { before, after }: Sides): Judgement {
  const whole = ofWholeBaseline(before.outline, after.outline);
  if (whole !== undefined) {
    return whole;
  }
  const [old, now] = [exceptedNetworks(before.outline), exceptedNetworks(after.outline)];
  // A source that the internet routes is no martian, excepted or not. `allow` has words of its own.
  const change = ofLists(
    {
      removed: withMartians(uncovered(exceptedByName(before), now), now),
      added: withMartians(uncovered(exceptedByName(after), old), old),
    },
    lists,
  );
  return judged(change, [
    ...said(listNetworks(change.added), "may reach the host"),
    ...said(listNetworks(change.removed), "is dropped as a martian"),
  ]);
}

export function judgePing(old: readonly Network[], now: readonly Network[]): Judgement {
  if (now.length === 0) {
    return { direction: "opens up", meaning: "everybody may ping" };
  }
  if (old.length === 0) {
    return { direction: "closes down", meaning: `only ${listNetworks(now)} may ping from now on` };
  }
  const change = difference(old, now);
  return judged(change, [
    ...said(listNetworks(change.added), "may ping"),
    ...said(listNetworks(change.removed), "may not ping any more"),
  ]);
}

/** Martians that left what a baseline excepts, by name or in `allow`. */
export function martiansAgain({ before, after }: Sides): readonly Network[] {
  const now = exceptedNetworks(after.outline);
  return martiansAmong(uncovered(exceptedNetworks(before.outline), now), now);
}

function exceptedByName({ outline: { profile } }: Side): readonly Network[] {
  return profile.kind === "guard" ? [] : profile.exceptNetworks;
}

/** Without networks that others had, or have now, all together: they are as they were. */
function difference(before: readonly Network[], after: readonly Network[]): NetworkChange {
  return { removed: uncovered(before, after), added: uncovered(after, before) };
}

/** What is written elsewhere has a line there. */
function ofLists({ removed, added }: NetworkChange, { before = [], after = [] }: Lists): NetworkChange {
  const [old, now] = [before, after].map((networks) => new Set(networks.map(({ cidr }) => cidr)));
  return {
    removed: removed.filter(({ cidr }) => old?.has(cidr)),
    added: added.filter(({ cidr }) => now?.has(cidr)),
  };
}

function judged({ added, removed }: NetworkChange, parts: readonly string[]): Judgement {
  return {
    direction: byNumber(added.length, removed.length),
    meaning: parts.length === 0 ? "lets in the same sources as before" : parts.join("; "),
  };
}

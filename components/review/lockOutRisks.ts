import type { Sides } from "./change";
import { uncovered } from "./coveredNetworks";
import type { FactIndex } from "./factIndex";
import type { Guard } from "./guard";
import { martiansAgain } from "./judgeNetworks";
import { portFate } from "./portFate";
import { type SshPort, sshPorts } from "./sshPorts";

/** What may shut out Pulumi, or the people who run the hosts, in words. */
export function lockOutRisks(sides: Sides, rotated: readonly string[]): readonly string[] {
  const risks = sshPorts(sides).flatMap((port) => risksOf(port, sides, rotated));
  return [...new Set([...risks, ...martianRisks(sides)])];
}

function risksOf({ old, now }: SshPort, sides: Sides, rotated: readonly string[]): readonly string[] {
  const [was, is] = [portFate(sides.before, old), portFate(sides.after, now)];
  if (was.kind === "closed") {
    return [];
  }
  const moved = old === now ? undefined : `${now}, which takes the place of ${old} for SSH,`;
  const becomes = moved === undefined ? `${now} becomes` : `${moved} is`;
  switch (is.kind) {
    case "closed":
      return [`${becomes} closed to everybody: nobody gets in over SSH, Pulumi neither`];
    case "restricted":
      return was.kind === "restricted"
        ? uncovered(was.from, is.from).map((network) => `${network} does not reach ${now} any more`)
        : [`${moved ?? now} is open to ${is.from.join(", ")} only`];
    case "guarded":
      return was.kind === "guarded"
        ? guardRisks(now, was.by, is.by, sides, rotated)
        : [`${becomes} guarded by ${is.by.service}: only ${whoGetsIn(sides.after)} gets in`];
    case "open":
    case "leftAlone":
      return [];
    default:
      return unknownFate(is);
  }
}

function whoGetsIn(facts: FactIndex): string {
  const allowed = facts.all("allow");
  return allowed.length === 0 ? "who knocks" : `${allowed.join(", ")} and who knocks`;
}

function guardRisks(
  port: string,
  was: Guard,
  is: Guard,
  { before, after, formerOwners }: Sides,
  rotated: readonly string[],
): readonly string[] {
  const former = formerOwners.get(is.opener);
  const lost = uncovered(before.all("allow"), after.all("allow"));
  // Of the sequences of two services nobody says here whether they are the same one.
  const isAnother =
    former === undefined
      ? was.opener !== is.opener || was.knocks !== is.knocks || rotated.includes(is.opener)
      : was.opener !== former;
  return [
    ...lost.map(
      (network) =>
        `${network} leaves allow while ${is.service} guards ${port}: who connects from there must knock`,
    ),
    ...(isAnother ? [`${port} opens to another sequence: hand it out before this is applied`] : []),
  ];
}

/** A baseline drops private sources, unless they are excepted. */
function martianRisks(sides: Sides): readonly string[] {
  if (sides.after.one("profile") !== "baseline") {
    return [];
  }
  return sides.before.one("profile") === "baseline"
    ? martiansAgain(sides).map(
        (network) => `${network} is a martian again: who comes from there is dropped, but for guarded ports`,
      )
    : ["the new baseline drops private networks that neither allow nor baseline.exceptNetworks has"];
}

function unknownFate(fate: never): never {
  throw new Error(`bug: unknown fate of a port ${typeof fate}`);
}

import { uncovered } from "../policy/coveredNetworks";
import { printMoment } from "../policy/moment";
import { endOf } from "../policy/openers";
import { printPortRange } from "../policy/portRange";
import { isSameSequence, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import { type Compared, saidAtHosts } from "./atHosts";
import type { Side, Sides } from "./change";
import { type Guard, guardOf } from "./guard";
import { martiansAgain } from "./judgeNetworks";
import { isShut } from "./judgePorts";
import { wordForOpening } from "./knockerChanges";
import { type SshPort, sshPorts, tcp } from "./sshPorts";
import { listNetworks } from "./words";

/** What may shut out Pulumi, or the people who run the hosts, in words. */
export function lockOutRisks(
  { before, after, alike, come }: Compared,
  rotated: readonly SequenceId[],
): readonly string[] {
  return saidAtHosts([...alike, ...come], ({ hosts, sides }) => [
    ...sshPorts(before.hosts, after.hosts, hosts).flatMap((port) => risksOf(port, sides, rotated)),
    ...martianRisks(sides),
  ]);
}

function risksOf(ports: SshPort, sides: Sides, rotated: readonly SequenceId[]): readonly string[] {
  const [old, now] = [tcp(ports.old), tcp(ports.now)].map(printPortRange);
  const was = sides.before.doorOf(tcp(ports.old));
  const is = sides.after.doorOf(tcp(ports.now));
  // Where nobody got in before, nobody is shut out.
  if (isShut(was)) {
    return [];
  }
  const moved = old === now ? undefined : `${now}, which takes the place of ${old} for SSH,`;
  const becomes = moved === undefined ? `${now} becomes` : `${moved} is`;
  switch (is.kind) {
    case "closed":
    case "trap":
      return [`${becomes} closed to everybody: nobody gets in over SSH, Pulumi neither`];
    case "restricted":
      return was.kind === "restricted"
        ? uncovered(was.from, is.from).map(({ cidr }) => `${cidr} does not reach ${now} any more`)
        : [`${moved ?? now} is open to ${listNetworks(is.from)} only`];
    case "guarded":
      return was.kind === "guarded"
        ? guardRisks(
            `${now}`,
            guardOf(sides.before.outline, was.by),
            guardOf(sides.after.outline, is.by),
            sides,
            rotated,
          )
        : [`${becomes} guarded by ${is.by.name}: only ${whoGetsIn(sides)} gets in`];
    case "open":
    case "leftAlone":
    case "tolerated":
      return [];
    default:
      return unreachable(is);
  }
}

function whoGetsIn({ after }: Sides): string {
  const { allow } = after.outline;
  return allow.length === 0 ? "who knocks" : `${listNetworks(allow)} and who knocks`;
}

function guardRisks(
  port: string,
  was: Guard,
  is: Guard,
  { before, after, formerOwner }: Sides,
  rotated: readonly SequenceId[],
): readonly string[] {
  const lost = uncovered(before.outline.allow, after.outline.allow);
  const heirsOf = new Set(
    is.knockers.flatMap((name) => {
      const former = formerOwner({ kind: "admit", opener: { kind: "knocker", name } });
      return former?.kind === "admit" ? [former.opener.name] : [];
    }),
  );
  const gone = was.knockers.filter((name) => !is.knockers.includes(name) && !heirsOf.has(name));
  const knockerEnd = ({ outline }: Side, name: string): number => endOf({ kind: "knocker", name }, outline);
  const ending = is.knockers.filter((name) => {
    const [old, now] = [knockerEnd(before, name), knockerEnd(after, name)];
    return now > 0 && was.knockers.includes(name) && (old === 0 || now < old);
  });
  const rotatedOnes = is.knockers.filter(
    (name) => was.knockers.includes(name) && (isRotated(name) || isOfAnotherKind(name)),
  );
  return [
    ...lost.map(
      ({ cidr }) =>
        `${cidr} leaves allow while ${is.service.name} guards ${port}: who connects from there must knock`,
    ),
    ...(isAnotherSequence() ? [`${port} opens to another sequence: hand it out before this is applied`] : []),
    ...(was.opener !== undefined && is.opener === undefined
      ? [`${port} opens to its knockers alone: ${is.knockers.join(", ")}`]
      : []),
    ...gone.map((name) => `${name} does not open ${port} any more`),
    ...ending.map((name) => `${name} opens ${port} until ${printMoment(knockerEnd(after, name))} only`),
    ...rotatedOnes.map(
      (name) =>
        `${port} opens to another ${wordForOpening({ kind: "knocker", name }, after.outline)} of ${name}: hand it out before this is applied`,
    ),
  ];

  function isOfAnotherKind(name: string): boolean {
    const [old, now] = [before, after].map(({ outline }) =>
      wordForOpening({ kind: "knocker", name }, outline),
    );
    return old !== now;
  }

  function isRotated(knocker: string): boolean {
    const id: SequenceId = { kind: "admit", opener: { kind: "knocker", name: knocker } };
    return rotated.some((sequence) => isSameSequence(sequence, id));
  }

  /** Of the sequences of two services nobody says here whether they are the same one. */
  function isAnotherSequence(): boolean {
    if (was.opener === undefined || is.opener === undefined) {
      return false;
    }
    const opener: SequenceId = { kind: "admit", opener: is.opener };
    const former = formerOwner(opener);
    return former === undefined
      ? was.opener.name !== is.opener.name ||
          was.opening.sequence.join() !== is.opening.sequence.join() ||
          rotated.some((sequence) => isSameSequence(sequence, opener))
      : !isSameSequence(former, { kind: "admit", opener: was.opener });
  }
}

/** A baseline drops private sources, unless they are excepted. */
function martianRisks(sides: Sides): readonly string[] {
  if (sides.after.outline.profile.kind !== "baseline") {
    return [];
  }
  return sides.before.outline.profile.kind === "baseline"
    ? martiansAgain(sides).map(
        ({ cidr }) => `${cidr} is a martian again: who comes from there is dropped, but for guarded ports`,
      )
    : ["the new baseline drops private networks that neither allow nor baseline.exceptNetworks has"];
}

import { policiesOfHosts } from "./differences";
import { type Door, doorsOf } from "./door";
import { drawKnocks } from "./drawKnocks";
import { mapKnocks } from "./mapKnocks";
import { namedSequences } from "./namedSequences";
import type { FleetPolicy, Knock, Policy, WrittenKnock } from "./policy";
import { knockProblems } from "./rules/crossFieldProblems";
import { commonKnock, neighbouringKnocks, repeatedKnock } from "./rules/knockRules";
import { SEQUENCE_WARNINGS } from "./rules/policyWarnings";
import { argumentPath } from "./sequenceId";

/** What one host of a fleet is to do. */
export interface HostPolicy {
  /** The same object as that of other hosts that are to do the same. */
  readonly policy: Policy;
  /** Where a sequence is written that it has drawn, and how many attempts there were before that one. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Where that is another one than if every port were free: what it would be then, and was before one was taken. */
  readonly unhindered: ReadonlyMap<string, readonly Knock[]>;
  /** Where it has not all services of the fleet: what else may open its old rules, or its proxy. */
  readonly elsewhere: Elsewhere | undefined;
}

/** What the fleet has, no rule of which need hold together on this host: to knock by. */
export interface Elsewhere {
  readonly policy: Policy;
  /** Where sequences are written that each host draws for itself. */
  readonly derived: ReadonlySet<string>;
}

/** What each host of a fleet is to do, by its name. Sequences that are derived are drawn once for each host. */
export function hostPolicies(fleet: FleetPolicy): (host: string) => HostPolicy {
  const { groups, ownDifferences, tokenNetworks, ...rest } = fleet;
  const common: Policy<WrittenKnock> = { ...rest, tokenNetworks: [] };
  const writtenOf = policiesOfHosts(common, fleet);
  const drawers = new Map<Policy<WrittenKnock>, (host: string) => HostPolicy>();
  const known = new Map<string, HostPolicy>();
  return (host) => {
    const found = known.get(host);
    if (found !== undefined) {
      return found;
    }
    const written = writtenOf(host);
    const drawnBy = drawers.get(written) ?? drawing(written);
    drawers.set(written, drawnBy);
    const drawn = drawnBy(host);
    const own = tokenNetworks.filter((each) => each.host === host);
    const hasAll = drawn.policy.services.length === common.services.length;
    const policy =
      own.length === 0 && hasAll
        ? drawn
        : {
            ...drawn,
            ...(own.length > 0 && { policy: { ...drawn.policy, tokenNetworks: own } }),
            ...(!hasAll && { elsewhere: elsewhereOf(common, host) }),
          };
    known.set(host, policy);
    return policy;
  };
}

/** With what a host draws first. */
function elsewhereOf(written: Policy<WrittenKnock>, host: string): Elsewhere {
  const derived = new Set(derivedPaths(written));
  const drawn = new Map(
    [...derived].map((path) => [path, drawFrom(written.derive, { host, path, attempt: 0 })]),
  );
  return { policy: withKnocks(written, drawn), derived };
}

/** A policy as long as no host has drawn: what is derived is not there. */
export function withoutUndrawn(policy: Policy<WrittenKnock>): Policy {
  return { ...policy, ...mapKnocks(policy, drawnOnes), derive: "" };
}

/** Where sequences are written that each host draws for itself, `services.ssh.sequence`; sorted. */
export function derivedPaths(policy: Policy<WrittenKnock>): readonly string[] {
  return namedSequences(policy)
    .filter(({ knocks }) => drawnOnes(knocks).length < knocks.length)
    .map(({ path }) => path)
    .toSorted();
}

/** With a quarter of the ports free, as a rule demands, one attempt of 400 passes at least. */
const MOST_ATTEMPTS = 20_000;

/** What hosts do that have the same before they draw. */
function drawing(written: Policy<WrittenKnock>): (host: string) => HostPolicy {
  const paths = derivedPaths(written);
  const undrawn = withoutUndrawn(written);
  if (paths.length === 0) {
    const common: HostPolicy = {
      policy: undrawn,
      attempts: new Map(),
      unhindered: new Map(),
      elsewhere: undefined,
    };
    return () => common;
  }
  const isFree = freePorts(undrawn);
  return (host) => draw(written, host, paths, isFree);
}

/**
 * Attempt by attempt, until no rule refuses one and none warns of one. What can be told of a sequence by itself is looked
 * at first; the rest rules out what nobody meets by chance.
 */
function draw(
  written: Policy<WrittenKnock>,
  host: string,
  paths: readonly string[],
  isFree: (port: number) => boolean,
): HostPolicy {
  const firsts = new Map(paths.map((path) => [path, drawFrom(written.derive, { host, path, attempt: 0 })]));
  let drawn = new Map([...firsts].map(([path, first]) => [path, drawFrom(written.derive, first, isFree)]));
  for (let round = 0; round < MOST_ATTEMPTS; round++) {
    const policy = withKnocks(written, drawn);
    const problems = knockProblems(policy).map(({ path }) => path);
    if (problems.length === 0) {
      return {
        policy,
        attempts: new Map([...drawn].map(([path, { attempt }]) => [path, attempt])),
        unhindered: new Map(
          [...firsts].flatMap(([path, { attempt, knocks }]) =>
            attempt === drawn.get(path)?.attempt ? [] : [[path, knocks] as const],
          ),
        ),
        elsewhere: undefined,
      };
    }
    // Where a sequence that is written begins with one that was drawn, or is the same, the written one is what is refused.
    const isBlamed = paths.some((path) => problems.includes(path));
    drawn = new Map(
      [...drawn].map(([path, last]) =>
        !isBlamed || problems.includes(path)
          ? [path, drawFrom(written.derive, { ...last, attempt: last.attempt + 1 }, isFree)]
          : [path, last],
      ),
    );
  }
  throw new Error("bug: no sequence can be drawn, and no rule has refused that");
}

interface Attempt {
  readonly host: string;
  readonly path: string;
  readonly attempt: number;
}

interface Draw extends Attempt {
  readonly knocks: readonly Knock[];
}

/** The first one from an attempt on of which nothing can be said by itself, and all of whose ports may be knocks. */
function drawFrom(secret: string, from: Attempt, isFree: (port: number) => boolean = () => true): Draw {
  const { host, path } = from;
  for (let attempt = from.attempt; attempt < MOST_ATTEMPTS; attempt++) {
    const knocks = drawKnocks(secret, host, path, attempt);
    if (isFitByItself(knocks) && knocks.every(({ port }) => isFree(port))) {
      return { host, path, attempt, knocks };
    }
  }
  throw new Error("bug: no sequence can be drawn, and no rule has refused that");
}

function isFitByItself(knocks: readonly Knock[]): boolean {
  return [repeatedKnock, neighbouringKnocks, commonKnock, ...SEQUENCE_WARNINGS].every(
    (rule) => rule(knocks).length === 0,
  );
}

/** Which TCP ports may be knocks under these rules: those that nobody guards or serves. */
export function freePorts(policy: Policy): (port: number) => boolean {
  const doorOf = doorsOf(policy);
  const known = new Map<number, boolean>();
  return (port) => {
    const isFree = known.get(port) ?? isNobodys(doorOf({ protocol: "tcp", from: port, to: port }));
    known.set(port, isFree);
    return isFree;
  };

  function isNobodys({ kind }: Door<unknown>): boolean {
    return kind === "closed" || kind === "leftAlone";
  }
}

function withKnocks(written: Policy<WrittenKnock>, drawn: ReadonlyMap<string, Draw>): Policy {
  return {
    ...written,
    ...mapKnocks(written, (knocks, id) => drawn.get(argumentPath(id))?.knocks ?? drawnOnes(knocks)),
    derive: "",
  };
}

function drawnOnes(knocks: readonly WrittenKnock[]): readonly Knock[] {
  return knocks.filter((knock) => knock.port !== "derived");
}

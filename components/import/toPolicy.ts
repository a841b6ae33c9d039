import { printDuration } from "../policy/duration";
import { printMoment } from "../policy/moment";
import { pathAndParents } from "../policy/path";
import { printPortRange } from "../policy/portRange";
import { printSequence } from "../policy/sequence";
import { partProblems } from "../policy/written/parsePolicy";
import type { Imported, ImportedOpening, ImportedSequence, Note } from "./imported";
import { createNaming } from "./naming";
import { noteAt } from "./noteAt";
import { identityOf, type Plan, type PlannedKnocker, type PlannedService, planPolicy } from "./planPolicy";
import type { WrittenKnocker, WrittenPolicy, WrittenService } from "./writtenPolicy";

/** What stands where the secret of a token belongs. It is none, so that a policy is refused as long as it stands there. */
const TOKEN_TO_COME = "write here what openssl rand -base64 32 prints";

/** A policy that does what the file did, and what is to be said about it. */
export interface Translation {
  readonly policy: WrittenPolicy;
  readonly notes: readonly Note[];
  /** What is wrong with the policy, whatever comes in the place of tokens. */
  readonly problems: readonly Note[];
}

export function toPolicy({ openings, isLogged, knockPorts, notes }: Imported): Translation {
  const plan = planPolicy(openings, createNaming(knockPorts));
  const { services, knockers } = plan;
  const firstWith = new Map(
    services
      .filter(({ isKnocked }) => !isKnocked)
      .toReversed()
      .flatMap(({ name, openings: [opening] }) =>
        opening === undefined ? [] : [[identityOf(opening), name] as const],
      ),
  );
  const policy: WrittenPolicy = {
    services: Object.fromEntries(services.map((service) => [service.name, writeService(service, firstWith)])),
    ...(knockers.length > 0 && {
      knockers: Object.fromEntries(knockers.map((knocker) => [knocker.name, writeKnocker(knocker)])),
    }),
    ...(isLogged && { log: { admissions: true } }),
  };
  return {
    policy,
    notes: [...notes, ...planNotes(plan)],
    problems: problemsOf(policy, placesOf(plan)),
  };
}

/** @param firstWith the services that have a sequence of their own */
function writeService(
  { name, ports, openings, isKnocked }: PlannedService,
  firstWith: ReadonlyMap<string, string>,
): WrittenService {
  const [opening] = openings;
  const owner = opening === undefined ? name : (firstWith.get(identityOf(opening)) ?? name);
  return {
    ports: ports.map(printPortRange),
    ...(isKnocked ? {} : owner === name ? writeSequence(opening) : { sequenceOf: owner }),
    accessWindow: printDuration(Math.min(...openings.map(({ windowSeconds }) => windowSeconds))),
    ...(openings.some(({ access }) => access === "once") && { access: "once" }),
  };
}

function writeKnocker({ opening, services }: PlannedKnocker): WrittenKnocker {
  const { opener } = opening;
  return opener.kind === "token"
    ? {
        services,
        token: TOKEN_TO_COME,
        ...(opener.until > 0 && { until: printMoment(opener.until) }),
      }
    : { services, ...writeSequence(opening) };
}

type WrittenSequence = Pick<WrittenService, "sequence" | "knockTimeout" | "closeSequence">;

function writeSequence(opening: ImportedOpening | undefined): WrittenSequence {
  if (opening === undefined || opening.opener.kind === "token") {
    return {};
  }
  const { knocks, gapSeconds, close }: ImportedSequence = opening.opener;
  return {
    sequence: printSequence(knocks.knocks),
    knockTimeout: printDuration(gapSeconds),
    ...(close && { closeSequence: printSequence(close.knocks) }),
  };
}

function planNotes({ services, knockers }: Plan): readonly Note[] {
  const shortened = services.flatMap(({ openings }) => {
    const shortest = Math.min(...openings.map(({ windowSeconds }) => windowSeconds));
    return openings
      .filter(({ windowSeconds }) => windowSeconds > shortest)
      .map(({ line }) =>
        noteAt(
          line,
          "opens a port for longer than another one opens it, and accessWindow, the service's own, is the shorter of the two",
          "give the service a longer accessWindow, if both may have it",
        ),
      );
  });
  const renamed = [
    ...services.flatMap(({ name, openings: [opening], isKnocked }) =>
      opening === undefined || isKnocked ? [] : [{ name, opening }],
    ),
    ...knockers,
  ]
    .filter(({ name, opening }) => name !== opening.name)
    .map(({ name, opening }) =>
      noteAt(
        opening.line,
        `is called ${name} here: a name has letters, digits and dashes, 32 at most, and no port of a sequence`,
        "rename it as you like",
      ),
    );
  const named = knockers
    .filter(({ opening }) => opening.opener.kind === "sequence")
    .map(({ name, opening }) =>
      noteAt(
        opening.line,
        `opens a port that another one opens too, and becomes the knocker ${name}`,
        "look at who may open what in knockers",
      ),
    );
  return [...shortened, ...named, ...renamed];
}

/** By path, where in the file it comes from. */
function placesOf({ services, knockers }: Plan): ReadonlyMap<string, number> {
  const opened = [
    ...services.map(({ name, openings: [opening] }) => [`services.${name}`, opening] as const),
    ...knockers.map(({ name, opening }) => [`knockers.${name}`, opening] as const),
  ];
  return new Map(
    opened.flatMap(([path, opening]): readonly (readonly [string, number])[] => {
      if (opening === undefined) {
        return [];
      }
      const { line, opener } = opening;
      return opener.kind === "token"
        ? [[path, line]]
        : [
            [path, line],
            [`${path}.sequence`, opener.knocks.line],
            [`${path}.closeSequence`, opener.close?.line ?? line],
          ];
    }),
  );
}

function problemsOf(
  { knockers = {}, ...policy }: WrittenPolicy,
  places: ReadonlyMap<string, number>,
): readonly Note[] {
  const tokens = Object.entries(knockers).flatMap(([name, { token }]) => (token === undefined ? [] : [name]));
  const input = {
    ...policy,
    knockers: Object.fromEntries(
      Object.entries(knockers).map(([name, { token, ...known }]) => [name, known]),
    ),
  };
  const missing = tokens.map((name) => `knockers.${name}.token`);
  return partProblems(input, [], missing).map(({ path, problem, remedy }) => ({
    line: pathAndParents(path)
      .toReversed()
      .map((each) => places.get(each))
      .find((line) => line !== undefined),
    problem: `${path}: ${problem}`,
    remedy,
  }));
}

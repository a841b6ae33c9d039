import type { Layer } from "../differences";
import { groupBy } from "../groupBy";
import type { Fleet, FleetPart, Group, Knock } from "../policy";
import type { Problem } from "../policyError";
import { listSome } from "../printNumber";
import { hostClasses } from "./hostClasses";
import type { FleetRule, HostNames, Surroundings } from "./policyRule";
import type { Warning } from "./policyWarnings";

/** Whether nothing is missing of which services a host has. */
export function servicesOfHostsAreKnown({ refused }: Pick<Surroundings, "refused">): boolean {
  return ![...refused].some((path) =>
    /^(groups|(groups|hosts)\.[^.]+|groups\.[^.]+\.(hosts|services)(\[\d+\])?|hosts\.[^.]+\.services(\[\d+\])?)$/.test(
      path,
    ),
  );
}

/** Whether nothing is missing of who never knocks. */
export function allowIsKnown({ refused }: Pick<Surroundings, "refused">): boolean {
  return ![...refused].some((path) =>
    /^(policy|groups|(groups|hosts)\.[^.]+|((groups|hosts)\.[^.]+\.)?allow(\[\d+\])?)$/.test(path),
  );
}

function differencesOf({ groups, ownDifferences }: FleetPart): readonly Layer[] {
  return [
    ...groups.map((group) => ({ ...group, path: `groups.${group.name}` })),
    ...ownDifferences.map((own) => ({ ...own, path: `hosts.${own.host}` })),
  ];
}

/** Without one the table opens nothing, and knows no martians. */
export const needsBaseline: FleetRule = (fleet, { refused }): readonly Problem[] =>
  fleet.profile.kind === "baseline" || refused.has("baseline")
    ? []
    : differencesOf(fleet).flatMap(({ path, exceptNetworks, openPortsFrom }) => [
        ...(exceptNetworks.length === 0 ? [] : [withoutBaseline(`${path}.exceptNetworks`)]),
        ...(openPortsFrom.length === 0 ? [] : [withoutBaseline(`${path}.openPortsFrom`)]),
      ]);

function withoutBaseline(path: string): Problem {
  return { path, problem: "needs a baseline", remedy: "add baseline, or leave it out" };
}

/** Which of two lists a host has then, nobody could tell. */
export const servicesInConflict: FleetRule = (
  { groups, ownDifferences },
  { refused },
): readonly Problem[] => {
  const deciding = new Set(
    ownDifferences.filter(({ services }) => services.length > 0).map(({ host }) => host),
  );
  const isDecided = (host: string): boolean =>
    deciding.has(host) || [...refused].some((path) => path.startsWith(`hosts.${host}.services`));
  const memberships = groups
    .filter(({ services }) => services.length > 0)
    .flatMap((group) => group.hosts.map((host) => ({ host, group })));
  const conflicts = [...groupBy(memberships, ({ host }) => host)].flatMap(([host, [first, ...further]]) =>
    first === undefined || isDecided(host)
      ? []
      : further
          .filter(({ group }) => group.services.join() !== first.group.services.join())
          .map(({ group }) => ({ host, group, other: first.group })),
  );
  const pairs = groupBy(conflicts, ({ group, other }) => `${other.name} ${group.name}`);
  return [...pairs.values()].flatMap((pair) => conflictProblem(pair));
};

interface Conflict {
  readonly host: string;
  readonly group: Group;
  readonly other: Group;
}

function conflictProblem(pair: readonly Conflict[]): readonly Problem[] {
  const [first] = pair;
  const hosts = pair.map(({ host }) => host);
  return first === undefined
    ? []
    : [
        {
          path: `groups.${first.group.name}.services`,
          problem: `are others than those of ${first.other.name}, and ${listSome(hosts)} ${hosts.length === 1 ? "is" : "are"} in both groups`,
          remedy: "leave each host in one of them, or say at the host which services it has",
        },
      ];
}

export const lacksSharedSequence: FleetRule = (fleet): readonly Problem[] => {
  const owners = new Map(
    fleet.services.flatMap(({ name, opening }) =>
      opening.kind === "shared" ? [[name, opening.sequenceOf] as const] : [],
    ),
  );
  return differencesOf(fleet).flatMap(({ path, services }) =>
    services.flatMap((name) => {
      const owner = owners.get(name);
      return owner === undefined || services.includes(owner)
        ? []
        : [
            {
              path: `${path}.services`,
              problem: `name ${name} without ${owner}, whose sequence opens it`,
              remedy: `add ${owner}, or leave ${name} out`,
            },
          ];
    }),
  );
};

export function servicesNowhere(fleet: Fleet<Knock>, hosts: HostNames): readonly Warning[] {
  const somewhere = new Set(
    hostClasses(fleet, hosts).flatMap(({ policy }) => policy.services.map(({ name }) => name)),
  );
  return fleet.services
    .filter(({ name }) => !somewhere.has(name))
    .map(({ name }) => ({
      path: `services.${name}`,
      problem: "is at no host",
      remedy: "name it in the services of a group or host, or take it out",
    }));
}

export function emptyGroups({ groups }: FleetPart): readonly Warning[] {
  return groups
    .filter((group) => group.hosts.length === 0)
    .map(({ name }) => ({
      path: `groups.${name}.hosts`,
      problem: "names no host",
      remedy: "name those that are in it, or take the group out",
    }));
}

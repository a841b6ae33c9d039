import { printDuration } from "../duration";
import { udpPortsOf } from "../flows";
import { AMONG_MARTIANS, exceptedNetworks } from "../martians";
import { namedSequences, namedTokens } from "../namedSequences";
import { neighbourhood, prefixOf } from "../network";
import type { Fleet, Knock, Policy } from "../policy";
import { type Finding, type Problem, sortProblems } from "../policyError";
import { printKnocks, printNumber } from "../printNumber";
import { emptyGroups, servicesNowhere } from "./differenceRules";
import { problemsAtHosts } from "./hostClasses";
import { isPorts, type KnockRule, placesOf } from "./knockRules";
import type { HostNames } from "./policyRule";

/** What is allowed and probably not meant. Like a problem, a warning never holds a port of a sequence. */
export type Warning = Problem;

/** What there is to warn of in a sequence by itself. */
export const SEQUENCE_WARNINGS: readonly KnockRule[] = [fewKnocks, monotonicKnocks, ephemeralKnocks];

/** A new warning is one small function in one of these lists, as a new rule is. */
const FLEET_WARNINGS: readonly ((fleet: Fleet<Knock>, hosts: HostNames) => readonly Warning[])[] = [
  ofEverySequence,
  longAccessWindow,
  forgottenFlows,
  hugeIdentity,
  loggedStages,
  emptyGroups,
  servicesNowhere,
];

const HOST_WARNINGS: readonly ((policy: Policy) => readonly Warning[])[] = [
  openPortsWithoutBaseline,
  openOnlyToMartians,
  hugeAllow,
  networkWithoutTokens,
];

/** Sorted by path. */
export function policyWarnings(fleet: Fleet<Knock>, hosts: HostNames): readonly Warning[] {
  return sortProblems([
    ...FLEET_WARNINGS.flatMap((warning) => warning(fleet, hosts)),
    ...problemsAtHosts(fleet, { ...hosts, reaches: [], refused: new Set() }, HOST_WARNINGS),
  ]);
}

const ENOUGH_KNOCKS = 3;
/** net.ipv4.ip_local_port_range, unless somebody changed it. */
const EPHEMERAL = { from: 32_768, to: 60_999 };
const LONG_WINDOW_SECONDS = 3600;
/** What carrier NAT needs, and one link. */
const SOURCE_PREFIX = { 4: 24, 6: 64 };
/** More than any one organisation has. */
const ALLOWED_PREFIX = { 4: 8, 6: 16 };

function ofEverySequence(policy: Policy): readonly Warning[] {
  return SEQUENCE_WARNINGS.flatMap((rule) =>
    namedSequences(policy).flatMap(({ knocks, path }) =>
      // One that a host is still to draw has none.
      knocks.length === 0 ? [] : rule(knocks).map((finding) => ({ path, ...finding })),
    ),
  );
}

function fewKnocks({ length }: readonly Knock[]): readonly Finding[] {
  return length < ENOUGH_KNOCKS
    ? [
        {
          problem: `has only ${length} knocks, which guessing finds sooner`,
          remedy: `give ${ENOUGH_KNOCKS} or more`,
        },
      ]
    : [];
}

/** Of two knocks one is always the higher. */
function monotonicKnocks(knocks: readonly Knock[]): readonly Finding[] {
  const steps = knocks.slice(1).map(({ protocol, port }, place) => {
    const before = knocks[place];
    return before?.protocol === protocol ? Math.sign(port - before.port) : 0;
  });
  const [first] = steps;
  return steps.length > 1 && first !== 0 && steps.every((step) => step === first)
    ? [
        {
          problem: `only ever goes ${first === 1 ? "up" : "down"}, as a scan in order does`,
          remedy: "mix the order of its ports",
        },
      ]
    : [];
}

/** The replies to its own connections are no knocks, but what others send there is, knocker or not. */
function ephemeralKnocks(knocks: readonly Knock[]): readonly Finding[] {
  const places = placesOf(knocks, ({ port }) => port >= EPHEMERAL.from && port <= EPHEMERAL.to);
  const range = `${printNumber(EPHEMERAL.from)} to ${printNumber(EPHEMERAL.to)}`;
  return places.length === 0
    ? []
    : [
        {
          problem: `${printKnocks(places)} ${isPorts(places)} that the host also takes for connections of its own`,
          remedy: `choose one outside ${range}`,
        },
      ];
}

function longAccessWindow({ services }: Policy): readonly Warning[] {
  return services
    .filter(({ accessWindowSeconds }) => accessWindowSeconds > LONG_WINDOW_SECONDS)
    .map(({ name, accessWindowSeconds }) => ({
      path: `services.${name}.accessWindow`,
      problem: `lets everybody behind the knocker's address in for ${printDuration(accessWindowSeconds)}`,
      remedy: `give ${printDuration(LONG_WINDOW_SECONDS)} or less: connections that exist go on after it`,
    }));
}

function forgottenFlows({ services }: Policy): readonly Warning[] {
  return services
    .filter((service) => service.flowTimeoutSeconds === 0 && udpPortsOf(service).length > 0)
    .map(({ name, access }) => ({
      path: `services.${name}.ports`,
      problem:
        "has UDP ports, and a UDP flow that is silent for 30 s to 2 min is a new one to connection tracking: it needs another knock",
      remedy: `${access === "once" ? 'set access to "window" and ' : "set "}flowTimeout, such as "1h", if its flows fall silent`,
    }));
}

function openPortsWithoutBaseline({ openPorts, profile }: Policy): readonly Warning[] {
  return openPorts.length > 0 && profile.kind === "guard"
    ? [
        {
          path: "openPorts",
          problem: "are tolerated, not opened: without a baseline the table only takes away",
          remedy: "open them in the host's own firewall if it has one, or add baseline",
        },
      ]
    : [];
}

function openOnlyToMartians(policy: Policy): readonly Warning[] {
  const { profile } = policy;
  if (profile.kind === "guard") {
    return [];
  }
  const sources = profile.openPortsFrom.flatMap(({ from }) => from);
  if (sources.length === 0) {
    return [];
  }
  const excepted = neighbourhood(exceptedNetworks(policy));
  return [...new Map(sources.map((source) => [source.cidr, source])).values()]
    .filter((source) => AMONG_MARTIANS.isInside(source) && !excepted.overlaps(source))
    .map(({ cidr }) => ({
      path: "baseline.openPortsFrom",
      problem: `names ${cidr}, whose packets are dropped as martians before`,
      remedy: "add it to baseline.exceptNetworks if the host is on that network",
    }));
}

function hugeAllow({ allow }: Policy): readonly Warning[] {
  return allow
    .filter(
      (network) => prefixOf(network) < ALLOWED_PREFIX[network.family] && !AMONG_MARTIANS.isInside(network),
    )
    .map(({ cidr }) => ({
      path: "allow",
      problem: `holds ${cidr}, where nobody needs to knock`,
      remedy: "name smaller networks",
    }));
}

function hugeIdentity({ identity }: Policy): readonly Warning[] {
  return [
    { field: "ipv4Prefix", prefix: identity.ipv4Prefix, enough: SOURCE_PREFIX[4] },
    { field: "ipv6Prefix", prefix: identity.ipv6Prefix, enough: SOURCE_PREFIX[6] },
  ]
    .filter(({ prefix, enough }) => prefix < enough)
    .map(({ field, prefix, enough }) => ({
      path: `identity.${field}`,
      problem: `admits the whole /${prefix} around a knocker, and lets it reset his knocks`,
      remedy: `give ${enough} or more`,
    }));
}

function loggedStages({ log }: Policy): readonly Warning[] {
  return log.stages
    ? [
        {
          path: "log.stages",
          problem: "writes the ports of the sequences to the kernel's log",
          remedy: "turn it off when you have found what you look for",
        },
      ]
    : [];
}

function networkWithoutTokens(policy: Policy): readonly Warning[] {
  return namedTokens(policy).length > 0
    ? []
    : policy.tokenNetworks.map(({ host }) => ({
        path: `hosts.${host}.tokenNetwork`,
        problem: "has no address that opens anything: no knocker has a token",
        remedy: "give one a token, or take it away",
      }));
}

import { parseDuration, printDuration } from "../policy/duration";
import { groupBy } from "../policy/groupBy";
import { parseMoment, printMoment } from "../policy/moment";
import { mergeNetworks, parseNetwork } from "../policy/network";
import type { Parsed } from "../policy/parsed";
import type { Network, PortRange, RestrictedPorts } from "../policy/policy";
import { mergePortRanges, parsePortRange, printPortRange, toProtocol } from "../policy/portRange";
import { mergeRestrictedPorts } from "../policy/restrictedPorts";
import type { OutlinedKnock } from "./outline";

/** How a value stands in the text of an outline. */
export interface Form<T> {
  /** A line each, as they stand behind the path; none for what is switched off. */
  readonly print: (value: T) => readonly string[];
  /** What `print` printed. What is missing, or printed by another version, is as where nobody chose. */
  readonly read: (lines: readonly string[]) => T;
}

/** One of a few words; the first one where nobody chose. */
export function choice<T extends string>(first: T, ...others: readonly T[]): Form<T> {
  return {
    print: (word) => [word],
    read: ([line]) => others.find((word) => word === line) ?? first,
  };
}

export function number(unchosen: number): Form<number> {
  return { print: (value) => [`${value}`], read: ([line]) => numberIn(line) ?? unchosen };
}

/** 0 is not printed. */
export const optionalNumber: Form<number> = {
  print: (value) => (value === 0 ? [] : [`${value}`]),
  read: ([line]) => numberIn(line) ?? 0,
};

export function duration(unchosenSeconds: number): Form<number> {
  return {
    print: (seconds) => [printDuration(seconds)],
    read: ([line = ""]) => parsedOnes(parseDuration(line))[0] ?? unchosenSeconds,
  };
}

/** 0 is not printed. */
export const optionalDuration: Form<number> = {
  print: (seconds) => (seconds === 0 ? [] : [printDuration(seconds)]),
  read: duration(0).read,
};

/** 0 is not printed. */
export const optionalMoment: Form<number> = {
  print: (seconds) => (seconds === 0 ? [] : [printMoment(seconds)]),
  read: ([line = ""]) => parsedOnes(parseMoment(line))[0] ?? 0,
};

/** Printed only where it is on. */
export const flag: Form<boolean> = {
  print: (isOn) => (isOn ? ["true"] : []),
  read: ([line]) => line === "true",
};

/** Of two words the second one is printed, as true; the first one where nobody chose. */
export function flagFor<T extends string>(first: T, second: T): Form<T> {
  return {
    print: (chosen) => flag.print(chosen === second),
    read: (lines) => (flag.read(lines) ? second : first),
  };
}

export const word: Form<string> = { print: (text) => [text], read: ([line = ""]) => line };

/** A line each, sorted. */
export const names: Form<readonly string[]> = {
  print: (all) => all,
  read: (lines) => lines.toSorted(),
};

/** The empty one is not printed. */
export const optionalWord: Form<string> = {
  print: (text) => (text === "" ? [] : [text]),
  read: word.read,
};

/** Number and protocols, `3: tcp, udp, tcp`, or `4: derived, derived, derived, derived`; no line for no knocks. */
export const knocks: Form<readonly OutlinedKnock[]> = {
  print: (all) => (all.length === 0 ? [] : [`${all.length}: ${all.join(", ")}`]),
  read: ([line = ""]) => {
    const [, listed] = line.split(": ");
    return listed === undefined
      ? []
      : listed.split(", ").map((knock) => (knock === "derived" ? knock : toProtocol(knock)));
  },
};

export const ports: Form<readonly PortRange[]> = {
  print: (ranges) => ranges.map(printPortRange),
  read: (lines) => mergePortRanges(lines.flatMap((line) => parsedOnes(parsePortRange(line)))),
};

export const networks: Form<readonly Network[]> = {
  print: (all) => all.map(({ cidr }) => cidr),
  read: (lines) => mergeNetworks(lines.flatMap((line) => parsedOnes(parseNetwork(line)))),
};

export const EVERYBODY = "everybody";

/** None are all. */
export const networksOrEverybody: Form<readonly Network[]> = {
  print: (some) => (some.length === 0 ? [EVERYBODY] : networks.print(some)),
  read: networks.read,
};

const FROM = " from ";

/** `5432/tcp from 10.0.0.0/8`, a line for each pair. */
export const restrictedPorts: Form<readonly RestrictedPorts[]> = {
  print: (entries) =>
    entries.flatMap(({ ports: ranges, from }) =>
      ports.print(ranges).flatMap((range) => networks.print(from).map((cidr) => `${range}${FROM}${cidr}`)),
    ),
  read: (lines) => {
    const pairs = lines.map((line) => line.split(FROM));
    const byRange = groupBy(pairs, ([range = ""]) => range);
    return mergeRestrictedPorts(
      [...byRange].map(([range, group]) => ({
        ports: ports.read([range]),
        from: networks.read(group.flatMap(([, cidr]) => cidr ?? [])),
      })),
    );
  },
};

function numberIn(line: string | undefined): number | undefined {
  return line === undefined || !/^\d+$/.test(line) ? undefined : Number(line);
}

function parsedOnes<T>(parsed: Parsed<T>): readonly T[] {
  return parsed.kind === "value" ? [parsed.value] : [];
}

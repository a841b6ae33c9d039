import { type FleetReport, type HostReport, type HostState, STATE_WORDS, stateOf } from "./fleetReport";
import { printTable } from "./printTable";
import { printLeft, printMinute } from "./printTime";
import { atMost, ofHosts, type Shown, sum, withMore } from "./shown";

/** How a word for a state is written, such as in its colour. */
export type Paint = (state: HostState, words: string) => string;

export const PLAIN: Paint = (_state, words) => words;

/** A report for a terminal: the fleet in a table, then what each host says that somebody should read. */
export function printStatus({ hosts }: FleetReport, paint: Paint): string {
  const parts = [
    fleetLines(hosts, paint),
    hosts.flatMap((host) => hostLines(host, paint)),
    listLines(
      ["ADMITTED", "SERVICE", "KNOCKER", "LEFT", "HOST"],
      ofHosts(hosts, ({ admissions }) => admissions),
      ({ host, item }) => [item.source, item.service, item.opener ?? "-", printLeft(item.secondsLeft), host],
    ),
    listLines(
      ["UDP FLOWS", "SERVICE", "SILENT FOR", "HOST"],
      ofHosts(hosts, ({ flows }) => flows),
      ({ host, item }) => [item.source, item.service, printLeft(item.secondsLeft), host],
    ),
    listLines(
      ["REFUSED", "ATTEMPTS", "HOST"],
      ofHosts(hosts, ({ refusedPorts }) => refusedPorts),
      ({ host, item }) => [`${item.port}/${item.protocol}`, `${item.count}`, host],
    ),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function fleetLines(hosts: readonly HostReport[], paint: Paint): readonly string[] {
  const [head = "", ...rows] = printTable([
    ["HOST", "STATE", "ADMITTED", "REFUSED", "BLACKLISTED", "LAST APPLY", "OWNER"],
    ...hosts.map((host) => [host.name, STATE_WORDS[stateOf(host)], ...countsOf(host)]),
  ]);
  // Colours take no room, so they come when the columns stand.
  return [
    head,
    ...rows.map((row, index) => {
      const host = hosts[index];
      return host === undefined ? row : paintState(row, host, paint);
    }),
  ];
}

function paintState(row: string, host: HostReport, paint: Paint): string {
  const words = STATE_WORDS[stateOf(host)];
  const behindName = row.indexOf(words, host.name.length);
  return `${row.slice(0, behindName)}${paint(stateOf(host), words)}${row.slice(behindName + words.length)}`;
}

function countsOf(host: HostReport): readonly string[] {
  if (host.kind === "unanswered" || host.rules === undefined) {
    return ["-", "-", "-", "-", "-"];
  }
  const { activity, rules } = host;
  return [
    `${activity.admissions.length}`,
    `${sum(activity.refusals.map(({ count }) => count))}`,
    `${activity.blacklisted ?? "-"}`,
    rules.appliedAt === undefined ? "-" : printMinute(rules.appliedAt),
    rules.owner,
  ];
}

function hostLines(host: HostReport, paint: Paint): readonly string[] {
  const state = stateOf(host);
  const isOf = (words: string): string => `${host.name}: ${paint(state, words)}`;
  if (host.kind === "unanswered") {
    return [`${isOf(STATE_WORDS.unanswered)}: it ${host.reason}`];
  }
  return [
    ...cutLines(host.findings).map((finding) => `${isOf(STATE_WORDS.drifted)}: ${finding}`),
    ...cutLines(host.warnings).map((warning) => `${host.name}: ${warning}`),
  ];
}

function cutLines(lines: readonly string[]): readonly string[] {
  const { shown, more } = atMost(lines);
  return withMore(shown, more);
}

function listLines<T>(
  head: readonly string[],
  { shown, more }: Shown<T>,
  rowOf: (item: T) => readonly string[],
): readonly string[] {
  if (shown.length === 0) {
    return [];
  }
  return withMore(printTable([head, ...shown.map(rowOf)]), more);
}

import { groupBy } from "../policy/groupBy";
import type { Activity, RefusedPort } from "./activity";
import { countStates, type FleetReport, type HostReport } from "./fleetReport";
import { hostSection } from "./hostSection";
import { html } from "./html";
import { admittedTable, refusedTable, stateWords } from "./pageParts";
import { type Column, table } from "./pageTables";
import { printMinute } from "./printTime";
import { atMost, ofHosts, sum } from "./shown";
import { STATUS_STYLE } from "./statusStyle";

/** A report as one page that needs nothing else and runs nothing. */
export function printStatusPage({ askedAt, hosts }: FleetReport): string {
  const admitted = ofHosts(hosts, ({ admissions }) => admissions);
  const refused = atMost(refusedPorts(hosts));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>portknock: ${countStates(hosts)}</title>
<style>${STATUS_STYLE}</style>
</head>
<body>
<header>
<h1>Fleet status</h1>
<p>${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}: ${countStates(hosts)}</p>
<p class="quiet">Asked ${printMinute(askedAt)}. What a host says of itself is its own claim.</p>
</header>
<main>
<h2>Hosts</h2>
${table("All hosts, and what each counted since its rules were loaded", FLEET, { shown: hosts.map(numbered), more: 0 })}
<h2>Admitted now</h2>
${admittedTable("Open access windows; the longest bar is the longest time left", admitted)}
<h2>Refused attempts by port</h2>
${refusedTable("The ten ports with the most attempts of each host; one that nobody tried for a day is forgotten", refused)}
<h2>Each host</h2>
${hosts.map(numbered).map(({ host, id }) => hostSection(host, id))}
</main>
</body>
</html>
`.text;
}

interface Numbered {
  readonly host: HostReport;
  readonly id: string;
}

function numbered(host: HostReport, index: number): Numbered {
  return { host, id: `host-${index + 1}` };
}

const FLEET: readonly Column<Numbered>[] = [
  { title: "Host", cell: ({ host, id }) => html`<a href="#${id}">${host.name}</a>` },
  { title: "State", cell: ({ host }) => stateWords(host) },
  {
    title: "Admitted",
    isNumber: true,
    cell: ({ host }) => count(host, ({ admissions }) => admissions.length),
  },
  {
    title: "Refused",
    isNumber: true,
    cell: ({ host }) => count(host, ({ refusals }) => sum(refusals.map((each) => each.count))),
  },
  { title: "Blacklisted", isNumber: true, cell: ({ host }) => count(host, ({ blacklisted }) => blacklisted) },
  { title: "Last apply", cell: ({ host }) => lastApply(host) },
];

/** Of a host that has rules of ours; a dash stands for nothing to count. */
function count(host: HostReport, pick: (activity: Activity) => number | undefined): string {
  const counted = host.kind === "answered" && host.rules !== undefined ? pick(host.activity) : undefined;
  return counted === undefined ? "-" : `${counted}`;
}

function lastApply(host: HostReport): string {
  const appliedAt = host.kind === "answered" ? host.rules?.appliedAt : undefined;
  return appliedAt === undefined ? "-" : printMinute(appliedAt);
}

/** Of the whole fleet, the most wanted first. */
function refusedPorts(hosts: readonly HostReport[]): readonly RefusedPort[] {
  const all = ofHosts(hosts, (activity) => activity.refusedPorts).shown.map(({ item }) => item);
  const byPort = groupBy(all, ({ protocol, port }) => `${port}/${protocol}`);
  return [...byPort.values()]
    .flatMap((same) =>
      same[0] === undefined ? [] : { ...same[0], count: sum(same.map((each) => each.count)) },
    )
    .toSorted((a, b) => b.count - a.count || a.port - b.port);
}

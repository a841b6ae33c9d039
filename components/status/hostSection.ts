import type { Activity, Entries, Flow } from "./activity";
import type { AnsweredReport, HostReport } from "./fleetReport";
import { type Html, html } from "./html";
import { admittedHereTable, refusedTable, stateWords } from "./pageParts";
import { type Column, table } from "./pageTables";
import { printLeft, printMinute } from "./printTime";
import { atMost, withMore } from "./shown";

/** All that is known of one host. */
export function hostSection(host: HostReport, id: string): Html {
  const body = host.kind === "unanswered" ? [html`<p>It ${host.reason}</p>`] : answered(host);
  return html`<section class="host" id="${id}" aria-labelledby="${id}-name">
<h3 id="${id}-name"><span>${host.name}</span> ${stateWords(host)}</h3>
${body}
</section>`;
}

function answered(host: AnsweredReport): readonly Html[] {
  const { findings, warnings, rules, activity } = host;
  const said = [...listOf("What drifted", findings), ...listOf("What somebody should know", warnings)];
  return rules === undefined
    ? said
    : [
        ...said,
        html`<dl>
<dt>Rules of</dt><dd>${rules.owner}</dd>
<dt>Last apply</dt><dd>${rules.appliedAt === undefined ? "-" : printMinute(rules.appliedAt)}</dd>
<dt>Blacklisted</dt><dd>${activity.blacklisted ?? "there is no blacklist"}</dd>
</dl>`,
        ...activityTables(host),
      ];
}

function listOf(title: string, lines: readonly string[]): readonly Html[] {
  if (lines.length === 0) {
    return [];
  }
  const { shown, more } = atMost(lines);
  const items = withMore(shown, more).map((line) => html`<li>${line}</li>`);
  return [
    html`<h4>${title}</h4>
<ul>
${items}
</ul>`,
  ];
}

interface ServiceRow {
  readonly service: string;
  readonly admitted: number;
  readonly connections: number;
  readonly refusals: number;
}

const SERVICES: readonly Column<ServiceRow>[] = [
  { title: "Service", cell: ({ service }) => service },
  { title: "Admitted", isNumber: true, cell: ({ admitted }) => admitted },
  { title: "Connections", isNumber: true, cell: ({ connections }) => connections },
  { title: "Refused", isNumber: true, cell: ({ refusals }) => refusals },
];

const ENTRIES: readonly Column<Entries>[] = [
  { title: "Knocker", cell: ({ opener }) => opener ?? "-" },
  { title: "Service", cell: ({ service }) => service },
  { title: "Connections", isNumber: true, cell: ({ count }) => count },
];

const FLOWS: readonly Column<Flow>[] = [
  { title: "Source", cell: ({ source }) => source },
  { title: "Service", cell: ({ service }) => service },
  { title: "May be silent for", cell: ({ secondsLeft }) => printLeft(secondsLeft) },
];

function activityTables({ name, activity }: AnsweredReport): readonly Html[] {
  const { admissions, refusedPorts, entries, flows } = activity;
  const services = serviceRows(activity);
  return [
    ...(services.length === 0
      ? [html`<p>Nobody came by.</p>`]
      : [table(`Services of ${name}, since its rules were loaded`, SERVICES, atMost(services))]),
    ...(admissions.length === 0 ? [] : [admittedHereTable(`Admitted at ${name} now`, atMost(admissions))]),
    ...(flows.length === 0 ? [] : [table(`UDP flows of ${name}`, FLOWS, atMost(flows))]),
    ...(entries.length === 0 ? [] : [table(`Who came in at ${name}`, ENTRIES, atMost(entries))]),
    ...(refusedPorts.length === 0
      ? []
      : [refusedTable(`Refused attempts at ${name} by port`, atMost(refusedPorts))]),
  ];
}

/** In one pass: a host may say anything of any number of services. */
function serviceRows({ admissions, connections, refusals }: Activity): readonly ServiceRow[] {
  const rows = new Map<string, ServiceRow>();
  const add = (service: string, more: Partial<ServiceRow>): void => {
    const row = rows.get(service) ?? { service, admitted: 0, connections: 0, refusals: 0 };
    rows.set(service, {
      service,
      admitted: row.admitted + (more.admitted ?? 0),
      connections: row.connections + (more.connections ?? 0),
      refusals: row.refusals + (more.refusals ?? 0),
    });
  };
  for (const { service } of admissions) add(service, { admitted: 1 });
  for (const { service, count } of connections) add(service, { connections: count });
  for (const { service, count } of refusals) add(service, { refusals: count });
  return [...rows.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

import type { Admission } from "../policy/policy";
import type { RefusedPort } from "./activity";
import { type HostReport, STATE_WORDS, stateOf } from "./fleetReport";
import { type Html, html } from "./html";
import { bar, type Column, table } from "./pageTables";
import { printLeft } from "./printTime";
import { largest, type OfHost, type Shown } from "./shown";

export function stateWords(host: HostReport): Html {
  const state = stateOf(host);
  return html`<span class="state ${state}">${STATE_WORDS[state]}</span>`;
}

/** Who is admitted at which host, with a bar for the time that is left. */
export function admittedTable(caption: string, admitted: Shown<OfHost<Admission>>): Html {
  const columns = admissionColumns<OfHost<Admission>>(admitted.shown, ({ item }) => item);
  return orNobody(caption, [...columns, { title: "Host", cell: ({ host }) => host }], admitted);
}

/** The same of one host. */
export function admittedHereTable(caption: string, admitted: Shown<Admission>): Html {
  return orNobody(
    caption,
    admissionColumns(admitted.shown, (item) => item),
    admitted,
  );
}

function orNobody<T>(caption: string, columns: readonly Column<T>[], admitted: Shown<T>): Html {
  return admitted.shown.length === 0 ? html`<p>Nobody.</p>` : table(caption, columns, admitted);
}

function admissionColumns<T>(rows: readonly T[], admissionOf: (row: T) => Admission): readonly Column<T>[] {
  const longest = largest(rows.map((row) => admissionOf(row).secondsLeft));
  return [
    { title: "Source", cell: (row) => admissionOf(row).source },
    { title: "Service", cell: (row) => admissionOf(row).service },
    { title: "Knocker", cell: (row) => admissionOf(row).opener ?? "-" },
    {
      title: "Time left",
      cell: (row) => bar(admissionOf(row).secondsLeft, longest, printLeft(admissionOf(row).secondsLeft)),
    },
  ];
}

/** Which ports were tried, with a bar for how often. */
export function refusedTable(caption: string, refused: Shown<RefusedPort>): Html {
  if (refused.shown.length === 0) {
    return html`<p>None.</p>`;
  }
  const most = largest(refused.shown.map(({ count }) => count));
  const columns: readonly Column<RefusedPort>[] = [
    { title: "Port", cell: ({ port, protocol }) => `${port}/${protocol}` },
    { title: "Attempts", cell: ({ count }) => bar(count, most, `${count}`) },
  ];
  return table(caption, columns, refused);
}

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

/** Who is admitted, with a bar for the time that is left. */
export function admittedTable(caption: string, admitted: Shown<OfHost<Admission>>): Html {
  if (admitted.shown.length === 0) {
    return html`<p>Nobody.</p>`;
  }
  const longest = largest(admitted.shown.map(({ item }) => item.secondsLeft));
  const columns: readonly Column<OfHost<Admission>>[] = [
    { title: "Source", cell: ({ item }) => item.source },
    { title: "Service", cell: ({ item }) => item.service },
    { title: "Knocker", cell: ({ item }) => item.opener ?? "-" },
    { title: "Host", cell: ({ host }) => host },
    {
      title: "Time left",
      cell: ({ item: { secondsLeft } }) => bar(secondsLeft, longest, printLeft(secondsLeft)),
    },
  ];
  return table(caption, columns, admitted);
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

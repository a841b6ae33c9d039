import { LONGEST_GAP, WINDOW_WITHOUT_END, windowWithin } from "./bounds";
import type { Imported, ImportedOpening, Note } from "./imported";
import { parseIptablesRule } from "./iptablesRule";
import { noteAt } from "./noteAt";
import type { NumberedLine } from "./numberedLines";
import { portName, printPorts } from "./portWords";
import { type Move, pathTo } from "./recentPath";
import { type Arrival, arrivalsAt, type SavedRule } from "./ruleArrivals";
import { shellCommands } from "./shellCommands";

/** What lists of iptables' module `recent` let people open, in what iptables-save prints. */
export function importIptables(lines: readonly NumberedLine[]): Imported {
  const rules = savedRules(lines);
  const knocking = knockingChains(rules);
  const arrivals = arrivalsAt(
    "INPUT",
    rules.filter(({ table }) => table === "filter"),
  );
  const moves = arrivals.flatMap(movesOf);
  const doors = arrivals.filter(
    ({ target, lists, ports }) => target === "ACCEPT" && ports && lists.length > 0,
  );
  const read = doors.map((door) => readDoor(door, arrivals, moves));
  const isAside = ({ recent, target = "", chain }: SavedRule): boolean =>
    recent.length === 0 && !knocking.has(target) && (chain === "INPUT" || !knocking.has(chain));
  const others = rules.filter((rule) => isAside(rule) && !doors.some(({ line }) => line === rule.line));
  return {
    openings: read.flatMap(({ opening }) => opening ?? []),
    notes: [
      ...others.map(({ line }) =>
        noteAt(
          line,
          "is no part of the knocking",
          "keep that firewall for it, or describe the whole one of the host in baseline",
        ),
      ),
      ...read.flatMap(({ notes }) => notes),
    ],
    isLogged: false,
    knockPorts: new Set(moves.map(({ knock }) => knock.port)),
  };
}

function savedRules(lines: readonly NumberedLine[]): readonly SavedRule[] {
  let table = "filter";
  return lines.flatMap(({ text, number }): readonly SavedRule[] => {
    const [, name] = /^\*(\w+)$/.exec(text) ?? [];
    table = name ?? table;
    const [command, another] = shellCommands(text.replace(/^\[\d+:\d+\] /, "")) ?? [];
    const rule = command && another === undefined ? parseIptablesRule(command.words) : undefined;
    return rule === undefined ? [] : [{ ...rule, table, line: number }];
  });
}

/** The chains from which a rule with a list can be reached. */
function knockingChains(rules: readonly SavedRule[]): ReadonlySet<string> {
  const chains = new Set(rules.filter(({ recent }) => recent.length > 0).map(({ chain }) => chain));
  for (let before = -1; before !== chains.size; ) {
    before = chains.size;
    for (const { chain, target } of rules) {
      if (target !== undefined && chains.has(target)) {
        chains.add(chain);
      }
    }
  }
  return chains;
}

function movesOf({ sets, lists, ports = [], isClear, hasInterface, line }: Arrival): readonly Move[] {
  const [port, another] = ports;
  if (port === undefined || another !== undefined || port.from !== port.to) {
    return [];
  }
  const [from, second] = lists;
  const knock = { protocol: port.protocol, port: port.from };
  return sets.map((to) => ({
    from,
    to,
    knock,
    line,
    hasInterface,
    isClear: isClear && second === undefined,
  }));
}

interface DoorRead {
  readonly opening: ImportedOpening | undefined;
  readonly notes: readonly Note[];
}

function readDoor(door: Arrival, arrivals: readonly Arrival[], moves: readonly Move[]): DoorRead {
  const { line, ports = [], lists } = door;
  const [list, another] = lists;
  const path = list && another === undefined && door.isClear ? pathTo(list.list, moves) : undefined;
  if (list === undefined || path === undefined) {
    return {
      opening: undefined,
      notes: [
        noteAt(
          line,
          "opens a port to a list, and there is not one way onto that list that a policy can say: single ports one after the other, without further conditions",
          "write the service by hand, with a sequence that you choose",
        ),
      ],
    };
  }
  const gaps = path.flatMap(({ from }) =>
    from === undefined ? [] : [from.seconds ?? Number.POSITIVE_INFINITY],
  );
  const gap = Math.max(1, ...gaps);
  const isOnce = arrivals.some(
    ({ removes, ports: removed }) =>
      removes.includes(list.list) && (removed === undefined || printPorts(removed) === printPorts(ports)),
  );
  const [last] = path.slice(-1);
  return {
    opening: {
      name: portName(ports),
      line,
      ports,
      opener: {
        kind: "sequence",
        knocks: { knocks: path.map(({ knock }) => knock), line: last?.line ?? line },
        gapSeconds: Math.min(gap, LONGEST_GAP),
        close: undefined,
      },
      windowSeconds: windowWithin(list.seconds ?? WINDOW_WITHOUT_END),
      access: isOnce ? "once" : "window",
    },
    notes: [
      gap > LONGEST_GAP &&
        noteAt(
          line,
          "gives the knocks of its sequence more than five minutes, and the next knock has five minutes here",
          "knock without longer pauses",
        ),
      gaps.some((each) => each !== gap) &&
        noteAt(
          line,
          "has other times from knock to knock, and knockTimeout is the longest of them",
          "shorten knockTimeout, if your clients knock faster",
        ),
      list.seconds === undefined &&
        noteAt(
          line,
          "opens to a list that forgets nobody; here it closes after accessWindow, an hour, and connections that exist go on",
          "give another accessWindow, up to seven days, if an hour is too short",
        ),
      list.action === "update" &&
        noteAt(
          line,
          "begins its time afresh with each connection, and here accessWindow counts from the knock",
          "give a longer accessWindow, if it is too short",
        ),
      isOnce &&
        noteAt(
          line,
          "forgets the knocker at his next packet: access is once, for one connection",
          "set access to window, if several are to come in",
        ),
      door.hasInterface &&
        noteAt(
          line,
          "opens a port on one interface, and here it opens on all of them",
          "close it on the others in the host's own firewall, where that matters",
        ),
      ...path.map(
        (move) =>
          move.hasInterface &&
          noteAt(
            move.line,
            "counts a knock on one interface, and knocks count on all of them here",
            "close the ports on the others in the host's own firewall, where that matters",
          ),
      ),
    ].filter((note) => note !== false),
  };
}

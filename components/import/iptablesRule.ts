import type { PortRange } from "../policy/policy";
import { parsePortWords, parseProtocol } from "./portWords";

/** A match of iptables' module `recent`: a list of sources. */
export interface RecentMatch {
  /** `update` is a check that begins the time afresh. */
  readonly action: "set" | "check" | "update" | "remove";
  readonly list: string;
  /** How long ago the source was put on the list, at most; nothing for ever so long. */
  readonly seconds: number | undefined;
}

/** What a rule of iptables says, as far as knocking goes. */
export interface IptablesRule {
  readonly verb: "append" | "insert" | "delete";
  readonly table: string;
  readonly chain: string;
  /** What `-j` or `-g` names. */
  readonly target: string | undefined;
  /** As written; nothing where it holds for every source. */
  readonly source: string | undefined;
  /** Where packets go to; nothing where it holds for every port. */
  readonly ports: readonly PortRange[] | undefined;
  readonly recent: readonly RecentMatch[];
  /** Whether it holds on one interface alone. */
  readonly hasInterface: boolean;
  /** Whether it has a condition that is not understood here. */
  readonly hasOther: boolean;
}

interface Draft {
  verb?: IptablesRule["verb"];
  table: string;
  chain: string;
  target?: string;
  source?: string;
  protocol?: string;
  ports?: string;
  recent: { action?: RecentMatch["action"]; list?: string; seconds?: number }[];
  hasInterface: boolean;
  hasOther: boolean;
}

type Taker = (draft: Draft, value: string) => void;

/** What takes no value, or one. What a rule without them would match just as well for a knocker is looked over. */
const FLAGS: ReadonlyMap<string, (draft: Draft) => void> = new Map([
  ...named(["--syn", "-w", "--wait", "--rsource", "-4", "-6", "--ipv4", "--ipv6"], () => undefined),
  ...named(["--set"], (draft: Draft) => startRecent(draft, "set")),
  ...named(["--rcheck"], (draft: Draft) => startRecent(draft, "check")),
  ...named(["--update"], (draft: Draft) => startRecent(draft, "update")),
  ...named(["--remove"], (draft: Draft) => startRecent(draft, "remove")),
]);

const OPTIONS: ReadonlyMap<string, Taker> = new Map([
  ...named(["-A", "--append"], take("append")),
  ...named(["-I", "--insert"], take("insert")),
  ...named(["-D", "--delete"], take("delete")),
  ...named(["-t", "--table"], (draft: Draft, value: string) => {
    draft.table = value;
  }),
  ...named(["-j", "--jump", "-g", "--goto"], (draft: Draft, value: string) => {
    draft.target = value;
  }),
  ...named(["-s", "--source", "--src"], (draft: Draft, value: string) => {
    draft.source = value;
  }),
  ...named(["-p", "--protocol", "--proto"], (draft: Draft, value: string) => {
    draft.protocol = value;
  }),
  ...named(
    ["--dport", "--dports", "--destination-port", "--destination-ports"],
    (draft: Draft, value: string) => {
      draft.ports = value;
    },
  ),
  ...named(["-i", "--in-interface"], (draft: Draft) => {
    draft.hasInterface = true;
  }),
  ...named(["-m", "--match"], (draft: Draft, value: string) => {
    if (value === "recent") {
      draft.recent.push({});
    }
  }),
  ...named(["--name"], (draft: Draft, value: string) => {
    currentRecent(draft).list = value;
  }),
  ...named(["--seconds"], (draft: Draft, value: string) => {
    currentRecent(draft).seconds = Number(value);
  }),
  ...named(["--mask"], (draft: Draft, value: string) => {
    draft.hasOther ||= value !== "255.255.255.255" && !/^(ffff:){7}ffff$/.test(value);
  }),
  ...named(["--ctstate", "--state"], (draft: Draft, value: string) => {
    draft.hasOther ||= !value.split(",").includes("NEW");
  }),
  ...named(["--comment"], () => undefined),
]);

/** @returns nothing for words that are no rule of iptables */
export function parseIptablesRule(words: readonly string[]): IptablesRule | undefined {
  const draft: Draft = { table: "filter", chain: "", recent: [], hasInterface: false, hasOther: false };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const flag = FLAGS.get(word);
    const option = OPTIONS.get(word);
    const value = words[index + 1];
    if (word === "--tcp-flags") {
      // How iptables prints --syn.
      draft.hasOther ||= words[index + 2] !== "SYN";
      index += 2;
    } else if (option !== undefined && value !== undefined) {
      option(draft, value);
      index += 1;
    } else if (flag !== undefined) {
      flag(draft);
    } else if (!isPlaceOrCount(word, words[index - 2])) {
      draft.hasOther = true;
    }
  }
  return toRule(draft);
}

/** Where a rule is put in its chain, and how long iptables waits for its lock. */
function isPlaceOrCount(word: string, before: string | undefined): boolean {
  return /^\d+$/.test(word) && (before === undefined || ["-I", "--insert", "-w", "--wait"].includes(before));
}

function toRule({ verb, protocol = "", ports, recent, ...draft }: Draft): IptablesRule | undefined {
  if (verb === undefined) {
    return undefined;
  }
  const known = parseProtocol(protocol);
  const named = ports === undefined || known === undefined ? undefined : parsePortWords(ports, known);
  const matches = recent.map(({ action, list = "DEFAULT", seconds }): RecentMatch | undefined =>
    action === undefined ? undefined : { action, list, seconds },
  );
  const isUnderstood =
    (ports === undefined || named !== undefined) && !matches.includes(undefined) && protocol !== "icmp";
  return {
    target: undefined,
    source: undefined,
    ...draft,
    verb,
    ports: named,
    recent: matches.filter((match) => match !== undefined),
    hasOther: draft.hasOther || !isUnderstood,
  };
}

function named<T>(names: readonly string[], taker: T): readonly (readonly [string, T])[] {
  return names.map((name) => [name, taker] as const);
}

function take(verb: IptablesRule["verb"]): Taker {
  return (draft, value) => {
    draft.verb = verb;
    draft.chain = value;
  };
}

function startRecent(draft: Draft, action: RecentMatch["action"]): void {
  currentRecent(draft).action = action;
}

function currentRecent(draft: Draft): Draft["recent"][number] {
  const last = draft.recent.at(-1);
  if (last !== undefined) {
    return last;
  }
  const first = {};
  draft.recent.push(first);
  return first;
}

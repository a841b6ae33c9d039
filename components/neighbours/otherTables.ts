/** A table of somebody else's, as far as it decides which packets come in. */
export interface OtherTable {
  /** Family and name: `ip filter`. */
  readonly name: string;
  readonly versions: readonly (4 | 6)[];
  readonly chains: readonly OtherChain[];
}

export interface OtherChain {
  readonly name: string;
  /** Where packets enter it, and what becomes of those that no rule decides; absent for a chain that others go to. */
  readonly base: { readonly hook: string; readonly policy: string } | undefined;
  readonly rules: readonly OtherRule[];
}

/** A rule that decides something, cut into when and what. */
export interface OtherRule {
  /** As nft prints them; empty when every packet meets them. */
  readonly conditions: string;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: "accept" | "drop" | "reset" | "unreachable" | "return" | "untrack" | "unknown" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

const VERSIONS: ReadonlyMap<string, readonly (4 | 6)[]> = new Map([
  ["ip", [4]],
  ["ip6", [6]],
  ["inet", [4, 6]],
  ["netdev", [4, 6]],
]);

/** Reads what the host script lists. `undefined` where that is not all there is: it must not be judged. */
export function parseOtherTables(listing: string): readonly OtherTable[] | undefined {
  return /^incomplete$/m.test(listing) ? undefined : `${listing}\n`.split(/^(?=table )/m).flatMap(parseTable);
}

/** The chains, and all that their rules lead to. */
export function reachable(table: OtherTable, known: readonly OtherChain[]): readonly OtherChain[] {
  const next = table.chains.filter(
    (chain) =>
      !known.includes(chain) &&
      known.some(({ rules }) =>
        rules.some(({ outcome }) => "chain" in outcome && outcome.chain === chain.name),
      ),
  );
  return next.length === 0 ? known : reachable(table, [...known, ...next]);
}

function parseTable(text: string): readonly OtherTable[] {
  const [, family = "", name = ""] = /^table (\S+) (\S+) \{/.exec(text) ?? [];
  const versions = VERSIONS.get(family);
  if (versions === undefined) {
    return [];
  }
  const chains = [...text.matchAll(/^\tchain (\S+) \{\n((?:\t\t.*\n)*)/gm)];
  return [
    {
      name: `${family} ${name}`,
      versions,
      chains: chains.map(([, chain = "", body = ""]) => parseChain(chain, body)),
    },
  ];
}

function parseChain(name: string, body: string): OtherChain {
  const [, hook = "", policy = ""] = /^\t\ttype filter hook (\S+) .*policy (\w+);$/m.exec(body) ?? [];
  const rules = body.split("\n").filter((line) => line !== "" && !/^\t\ttype \w+ hook /.test(line));
  return { name, base: hook === "" ? undefined : { hook, policy }, rules: rules.flatMap(parseRule) };
}

function parseRule(line: string): readonly OtherRule[] {
  const text = withoutEffects(line);
  const map = /^(.*?) ?vmap (?:\{(.*)\}|@)/.exec(text);
  if (map !== null) {
    const [, key = "", elements] = map;
    return elements === undefined
      ? [{ conditions: key, outcome: { kind: "unknown" } }]
      : elements.split(",").flatMap((element) => parseElement(key, element));
  }
  const [, conditions = "", verdict = ""] =
    /^(?:(.*) )?((?:accept|drop|return|queue|reject|notrack)\b.*|(?:jump|goto) \S+|xt target .*)$/.exec(
      text,
    ) ?? [];
  return verdict === "" ? [] : [{ conditions, outcome: parseVerdict(verdict) }];
}

/** An element of a verdict map is a rule of its own: `22 : accept`. */
function parseElement(key: string, element: string): readonly OtherRule[] {
  const [, value = "", verdict = ""] = /^ *(.*) : (.*?) *$/.exec(element) ?? [];
  return [{ conditions: `${key} ${value}`, outcome: parseVerdict(verdict) }];
}

function parseVerdict(verdict: string): Outcome {
  const [word = "", chain = ""] = verdict.split(" ");
  switch (word) {
    case "accept":
    case "drop":
    case "return":
      return { kind: word };
    case "notrack":
      return { kind: "untrack" };
    case "reject":
      return { kind: verdict === "reject with tcp reset" ? "reset" : "unreachable" };
    case "jump":
    case "goto":
      return { kind: word, chain };
    default:
      return { kind: "unknown" };
  }
}

/** Without what decides nothing: counters, comments and what a rule writes to the log. */
function withoutEffects(line: string): string {
  return line
    .replace(/ comment "[^"]*"/, "")
    .replace(/\blog\b(?: (?:prefix "[^"]*"|(?:level|group|snaplen|queue-threshold|flags) \S+))*/, "")
    .replace(/\bcounter\b(?: packets \d+ bytes \d+)?/, "")
    .trim()
    .replaceAll(/ +/g, " ");
}

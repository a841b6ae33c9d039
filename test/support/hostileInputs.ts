import fc from "fast-check";
import { POLICIES, type PolicyInput } from "./policies";

/** What a parser, a shell or nft may trip over. */
const TEXTS: readonly string[] = [
  "",
  " ",
  "\n",
  "\u0000",
  "\u202e22",
  "２２",
  "𝟚𝟚",
  "é".repeat(5000),
  "7".repeat(100_000),
  "-1",
  "1e3",
  "0x16",
  "22\n",
  "22;",
  "22 }",
  "22-",
  "22/tcp; flush ruleset",
  "65536",
  "99999999999999999999",
  "7000,8000,9000",
  "7000,".repeat(20_000),
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "$schema",
  "$(reboot)",
  "`reboot`",
  "; reboot #",
  "' ; reboot ; '",
  "\nPORTKNOCK_RULESET\nreboot\n",
  "%s%n",
  "../../etc/passwd",
  '" accept comment "',
  "} flush ruleset; table inet x {",
  "\\",
  "@pk_allow4",
  "$pk",
  'include "/etc/passwd"',
  "0.0.0.0/0 }; add rule inet filter input accept; {",
  "10.0.0.1/8",
  "010.0.0.1",
  "::ffff:10.0.0.1",
  "fe80::1%eth0",
  "999.0.0.1/33",
  "1h; reboot",
  "1.5h",
  "-5s",
  "999999999d",
];

/** Names that a policy takes and nft or a script has a meaning for. */
export const RESERVED_NAMES: readonly string[] =
  "accept drop table chain set map timeout counter destroy reset fwd log limit a A a- toString constructor admitted ted d stage unban".split(
    " ",
  );

const TEXT = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: -10, max: 70_000 }).map(String) },
);

const NUMBER = fc.constantFrom(
  -1,
  0,
  -0,
  0.5,
  1,
  15,
  16,
  32,
  33,
  128,
  129,
  65_536,
  2 ** 53,
  1e308,
  Infinity,
  Number.NaN,
);

const LEAF: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: TEXT },
  { weight: 3, arbitrary: NUMBER },
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    10n,
    Symbol("22"),
    new Map([["ports", ["22"]]]),
    new Date(0),
    [],
    {},
  ),
  fc.constant(() => "22"),
);

const FIELD = fc.constantFrom(
  ..."services allow openPorts guardedAnswer identity baseline log rollbackTimeout hosts ports sequence sequenceOf".split(
    " ",
  ),
  ..."knockTimeout accessWindow access closeSequence unban ping perSecond burst from traps forward synsPerSecond".split(
    " ",
  ),
  ..."blacklistTime exceptNetworks openPortsFrom unbanSequence admissions stages linesPerMinute ipv4Prefix".split(
    " ",
  ),
);

const KEY = fc.oneof({ weight: 3, arbitrary: FIELD }, { weight: 1, arbitrary: TEXT });

/** Anything, with a liking for what a policy is made of. */
const ANYTHING = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 3, arbitrary: LEAF },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 3, arbitrary: fc.array(fc.tuple(KEY, tie("value")), { maxLength: 4 }).map(toRecord) },
  ),
})).value;

const CHANGE = fc.record({
  place: fc.nat(),
  how: fc.constantFrom("replace", "remove", "rename", "add", "splice", "cut", "copy", "repeat"),
  /** Where a copy is taken from. */
  from: fc.nat(),
  value: fc.oneof({ weight: 3, arbitrary: LEAF }, { weight: 1, arbitrary: ANYTHING }),
  text: TEXT,
});

type Change = typeof CHANGE extends fc.Arbitrary<infer T> ? T : never;

/** Valid policies, nearly valid ones, and what is none at all. */
export const HOSTILE_INPUTS: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: POLICIES },
  { weight: 6, arbitrary: fc.tuple(POLICIES, fc.array(CHANGE, { minLength: 1, maxLength: 3 })).map(changed) },
  { weight: 1, arbitrary: ANYTHING },
);

function changed([policy, changes]: readonly [PolicyInput, readonly Change[]]): unknown {
  return changes.reduce<unknown>((input, change) => {
    const place = placeOf(input, change.place);
    const value = change.how === "copy" ? valueAt(input, likeOf(input, place, change.from)) : change.value;
    return changedAt(input, place, { ...change, value });
  }, policy);
}

/** One of the places in an input, all equally likely: the keys that lead there. */
function placeOf(input: unknown, number: number): readonly string[] {
  const places = placesIn(input, []);
  return places[number % places.length] ?? [];
}

/** Another place with the same key, as often as there is one: so that sequences meet sequences, ports ports. */
function likeOf(input: unknown, place: readonly string[], number: number): readonly string[] {
  const alike = placesIn(input, []).filter((other) => other.at(-1) === place.at(-1));
  return alike[number % alike.length] ?? place;
}

function placesIn(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesIn(inner, [...path, key])])
    : [];
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined,
    input,
  );
}

function changedAt(input: unknown, [key, ...rest]: readonly string[], change: Change): unknown {
  if (key === undefined || typeof input !== "object" || input === null) return change.value;
  const entries = Object.entries(input).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
    if (name !== key) return [[name, value]];
    return rest.length > 0 ? [[name, changedAt(value, rest, change)]] : changedEntry(name, value, change);
  });
  return Array.isArray(input) ? entries.map(([, value]) => value) : toRecord(entries);
}

function changedEntry(name: string, value: unknown, { how, value: other, text, place }: Change) {
  switch (how) {
    case "replace":
    case "copy":
      return [[name, other]] as const;
    case "remove":
      return [];
    case "rename":
      return [[text, value]] as const;
    case "add":
      return [
        [name, value],
        [text, other],
      ] as const;
    case "cut":
      return [
        [name, typeof value === "string" ? value.slice(0, place % (value.length + 1)) : other],
      ] as const;
    case "splice": {
      const at = typeof value === "string" ? place % (value.length + 1) : 0;
      return [
        [name, typeof value === "string" ? value.slice(0, at) + text + value.slice(at) : other],
      ] as const;
    }
    case "repeat":
      return [
        [name, value],
        [`${name}x`, value],
      ] as const;
    default:
      return [];
  }
}

/** Own fields, `__proto__` too. */
function toRecord(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

import fc from "fast-check";
import { type Change, changedInput, toRecord } from "./changedInput";
import { POLICIES } from "./policies";
import { WRITTEN_OBJECTS } from "./policyFile";

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

const FIELD = fc.constantFrom(...new Set(["hosts", ...WRITTEN_OBJECTS.flatMap(({ fields }) => fields)]));

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

const CHANGE: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom("replace", "remove", "rename", "add", "splice", "cut", "copy", "repeat"),
  place: fc.nat(),
  from: fc.nat(),
  value: fc.oneof({ weight: 3, arbitrary: LEAF }, { weight: 1, arbitrary: ANYTHING }),
  text: TEXT,
});

const CHANGED = fc
  .tuple(POLICIES, fc.array(CHANGE, { minLength: 1, maxLength: 3 }))
  .map(([policy, changes]) => changedInput(policy, changes));

/** Valid policies, nearly valid ones, and what is none at all. */
export const HOSTILE_INPUTS: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: POLICIES },
  { weight: 6, arbitrary: CHANGED },
  { weight: 1, arbitrary: ANYTHING },
);

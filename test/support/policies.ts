import fc from "fast-check";
import { printPortRange } from "../../components/policy/portRange";
import { NETWORK, ranges, sequences } from "./policyParts";

/** A policy as somebody writes it. Sequences are texts: no list in it has an order. */
export interface PolicyInput {
  readonly services: Readonly<Record<string, ServiceInput>>;
  readonly knockers?: Readonly<Record<string, KnockerInput>>;
  readonly allow: readonly string[];
  readonly openPorts: readonly string[];
  readonly guardedAnswer: string;
  readonly identity: { readonly ipv4Prefix: number; readonly ipv6Prefix: number };
  readonly rollbackTimeout: string;
  readonly baseline?: object;
  readonly log?: object;
}

interface KnockerInput {
  readonly services: readonly string[];
  readonly sequence: string;
  readonly knockTimeout?: string;
  readonly closeSequence?: string;
  readonly unban?: boolean;
  readonly until?: string;
}

interface ServiceInput {
  readonly ports: readonly string[];
  readonly accessWindow: string;
  readonly access: string;
  readonly flowTimeout?: string;
  readonly sequence?: string;
  readonly sequenceOf?: string;
  readonly knockTimeout?: string;
  readonly closeSequence?: string;
  readonly unban?: boolean;
}

const MAX_SEQUENCES = 6;
const MAX_SERVICES = MAX_SEQUENCES + 2;
const MAX_KNOCKERS = 2;
/** Services, `openPorts`, `traps`, and two for `openPortsFrom`. */
const HANDS = MAX_SERVICES + 4;

const KNOCK_TIMEOUT = fc.constantFrom("1s", "3s", "5s", "60s", "5m");
const RATE = fc.integer({ min: 1, max: 10_000 });
const SOME_NETWORKS = fc.array(NETWORK, { minLength: 1, maxLength: 3 });

/** What the parts of a random policy are made of. Who gets which sequence and which ports comes after. */
const PARTS = fc.record({
  names: times(
    MAX_SERVICES + MAX_KNOCKERS,
    fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,28}[0-9]{0,3}$/, { size: "max" }),
  ).filter((names) => new Set(names).size === names.length),
  choices: times(
    MAX_SERVICES,
    fc
      .record({
        accessWindow: fc.constantFrom("1s", "10s", "90s", "1h", "7d"),
        access: fc.constantFrom("window", "once"),
        flowTimeout: fc.constantFrom(undefined, "1s", "90s", "7d"),
      })
      .map(({ flowTimeout, ...choice }) => ({
        ...choice,
        ...(choice.access === "window" && flowTimeout !== undefined && { flowTimeout }),
      })),
  ),
  knocking: times(MAX_SEQUENCES, fc.record({ knockTimeout: KNOCK_TIMEOUT, unban: fc.boolean() })),
  sequences: sequences(MAX_SEQUENCES),
  hasCloseSequence: fc.boolean(),
  hasUnbanSequence: fc.boolean(),
  /** By number, whose sequence a service shares. */
  sharing: fc.array(fc.nat(MAX_SEQUENCES - 1), { maxLength: MAX_SERVICES - MAX_SEQUENCES }),
  /** Each takes a sequence from a service, which he may open with others. */
  knockers: fc.array(
    fc.record({
      opened: fc.array(fc.nat(MAX_SERVICES - 1), { minLength: 1, maxLength: 3 }),
      until: fc.constantFrom(undefined, "2027-01-31T18:00:00Z", "2031-06-30T09:15:30+02:00"),
      hasCloseSequence: fc.boolean(),
    }),
    { maxLength: MAX_KNOCKERS },
  ),
  hands: ranges(HANDS).map((all) =>
    Array.from({ length: HANDS }, (_, hand) =>
      all.filter((_range, index) => index % HANDS === hand).map(printPortRange),
    ),
  ),
  hasOpenPorts: fc.boolean(),
  hasTraps: fc.boolean(),
  restricted: fc.array(fc.record({ from: SOME_NETWORKS, alsoTheOthers: fc.boolean() }), { maxLength: 2 }),
  baseline: fc.option(
    fc.record(
      {
        ping: fc.record({ perSecond: RATE, burst: RATE, from: SOME_NETWORKS }, { requiredKeys: [] }),
        blacklistTime: fc.constantFrom("1s", "90s", "1h", "30d"),
        synsPerSecond: fc.integer({ min: 1, max: 100_000 }),
        exceptNetworks: fc.array(NETWORK, { maxLength: 3 }),
        forward: fc.constantFrom("accept", "drop", "reject"),
        unbanKnockTimeout: KNOCK_TIMEOUT,
      },
      { requiredKeys: [] },
    ),
    { freq: 2, nil: undefined },
  ),
  others: fc.record(
    {
      allow: fc.array(NETWORK, { maxLength: 5 }),
      guardedAnswer: fc.constantFrom("reject", "drop"),
      identity: fc.record({
        ipv4Prefix: fc.integer({ min: 16, max: 32 }),
        ipv6Prefix: fc.integer({ min: 48, max: 128 }),
      }),
      rollbackTimeout: fc.constantFrom("5s", "1m", "10m"),
      log: fc.record(
        {
          admissions: fc.boolean(),
          stages: fc.boolean(),
          refusals: fc.boolean(),
          linesPerMinute: fc.integer({ min: 1, max: 6000 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["allow", "guardedAnswer", "identity", "rollbackTimeout"] },
  ),
});

type Parts = typeof PARTS extends fc.Arbitrary<infer T> ? T : never;

/** Any valid policy: shared ports, beginnings and sequences, ranges, networks of both families, every field. */
export const POLICIES: fc.Arbitrary<PolicyInput> = PARTS.map((parts) => {
  const [openPorts = [], traps = [], toSome = [], toOthers = [], ...guarded] = parts.hands;
  const { opening, ofKnockers, closeSequence, unbanSequence } = dealSequences(parts);
  const own = opening.map((sequence, index) => ({
    sequence,
    knockTimeout: parts.knocking[index]?.knockTimeout,
    ...(index === 0 && closeSequence !== undefined && { closeSequence }),
    ...(parts.baseline !== undefined && { unban: parts.knocking[index]?.unban }),
  }));
  const shared = parts.sharing.map((number) => ({ sequenceOf: parts.names[number % own.length] }));
  // Whose sequences knockers have taken, they open.
  const bereft = ofKnockers.map(() => ({}));
  const services = [...own, ...shared, ...bereft].map((knocking, index) => [
    parts.names[index],
    { ports: guarded[index], ...parts.choices[index], ...knocking },
  ]);
  const knockers = ofKnockers.map(({ opened, until, sequence, closing }, index) => {
    const his = [...opened.map((number) => number % services.length), index - ofKnockers.length].map(
      (place) => services.at(place) ?? [],
    );
    const keepsFlows = his.some(([, service]) => typeof service === "object" && "flowTimeout" in service);
    return [
      parts.names[MAX_SERVICES + index],
      {
        services: his.map(([name]) => name),
        sequence,
        ...parts.knocking[index],
        ...(parts.baseline === undefined && { unban: undefined }),
        ...(closing !== undefined && { closeSequence: closing }),
        ...(until !== undefined && !keepsFlows && { until }),
      },
    ];
  });
  const openPortsFrom = parts.restricted.map(({ from, alsoTheOthers }, index) => ({
    ports: index === 0 ? toSome : [...toOthers, ...(alsoTheOthers ? toSome : [])],
    from,
  }));
  return {
    services: Object.fromEntries(services),
    ...(knockers.length > 0 && { knockers: Object.fromEntries(knockers) }),
    openPorts: parts.hasOpenPorts ? openPorts : [],
    ...parts.others,
    ...(parts.baseline !== undefined && {
      baseline: {
        ...parts.baseline,
        openPortsFrom,
        ...(parts.hasTraps && { traps }),
        ...(unbanSequence !== undefined && { unbanSequence }),
      },
    }),
  };
});

/** The same policy, everything that has no order in another order. */
export function shuffled<T>(input: T): fc.Arbitrary<T> {
  if (typeof input !== "object" || input === null) {
    return fc.constant(input);
  }
  const items = Object.entries(input).map(([key, value]) =>
    shuffled(value).map((other) => [key, other] as const),
  );
  return fc
    .tuple(...items)
    .chain((entries) => fc.shuffledSubarray(entries, { minLength: entries.length }))
    .map((entries) =>
      Array.isArray(input) ? entries.map(([, value]) => value) : Object.fromEntries(entries),
    ) as fc.Arbitrary<T>;
}

/** The first sequence opens a service; of the others one may close it again, one may unban, and some have knockers. */
function dealSequences({ sequences: all, hasCloseSequence, hasUnbanSequence, baseline, knockers }: Parts) {
  const [first = "", ...others] = all;
  const closeSequence = hasCloseSequence ? others.pop() : undefined;
  const unbanSequence = hasUnbanSequence && baseline !== undefined ? others.pop() : undefined;
  const ofKnockers = knockers.flatMap(({ hasCloseSequence: hasOwnClosing, ...knocker }) => {
    const sequence = others.pop();
    const closing = hasOwnClosing ? others.pop() : undefined;
    return sequence === undefined ? [] : [{ ...knocker, sequence, closing }];
  });
  return { opening: [first, ...others], ofKnockers, closeSequence, unbanSequence };
}

function times<T>(count: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: count, maxLength: count });
}

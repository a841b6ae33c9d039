import fc from "fast-check";
import type { Knock, PortRange } from "../../components/policy/policy";
import { printPortRange } from "../../components/policy/portRange";
import { knockKey, printSequence } from "../../components/policy/sequence";

/** A policy as somebody writes it. */
export interface PolicyInput {
  readonly services: Readonly<Record<string, ServiceInput>>;
  readonly allow: readonly string[];
  readonly openPorts: readonly string[];
  readonly guardedAnswer: string;
  readonly identity: { readonly ipv4Prefix: number; readonly ipv6Prefix: number };
  readonly rollbackTimeout: string;
}

export interface ServiceInput {
  readonly ports: readonly string[];
  readonly sequence: string;
  readonly knockTimeout: string;
  readonly accessWindow: string;
  readonly access: string;
  readonly closeSequence?: string;
}

const PROTOCOL = fc.constantFrom("tcp" as const, "udp" as const);
const MAX_SERVICES = 5;

/** Knocks live below this port, guarded and open ports above it: so no port has two roles. */
const FIRST_SERVED_PORT = 40_000;

/** Even ports are never neighbours. */
const KNOCK: fc.Arbitrary<Knock> = fc.record({
  protocol: PROTOCOL,
  port: fc.integer({ min: 512, max: FIRST_SERVED_PORT / 2 - 1 }).map((half) => 2 * half),
});

/** From few knocks, so that sequences share ports and beginnings. */
const SEQUENCES: fc.Arbitrary<readonly (readonly Knock[])[]> = fc
  .uniqueArray(KNOCK, { minLength: 2, maxLength: 8, selector: knockKey })
  .chain((pool) =>
    fc.array(
      fc
        .shuffledSubarray(pool, { minLength: 2 })
        .chain((all) => fc.integer({ min: 2, max: all.length }).map((length) => all.slice(0, length))),
      { minLength: 1, maxLength: MAX_SERVICES },
    ),
  )
  .map(withoutBeginnings);

const NAMES: fc.Arbitrary<readonly string[]> = fc.uniqueArray(
  fc.stringMatching(/^[a-z][a-z-]{0,31}$/, { size: "max" }),
  { minLength: MAX_SERVICES, maxLength: MAX_SERVICES },
);

/** Ranges that do not overlap, to be dealt out. */
const RANGES: fc.Arbitrary<readonly PortRange[]> = fc
  .uniqueArray(fc.integer({ min: FIRST_SERVED_PORT, max: 65_535 }), {
    minLength: 2 * (MAX_SERVICES + 1),
    maxLength: 40,
  })
  .chain((ports) => {
    const sorted = ports.toSorted((a, b) => a - b);
    const ends = sorted.flatMap((from, index) =>
      index % 2 === 0 ? [{ from, to: sorted[index + 1] ?? from }] : [],
    );
    return fc.tuple(
      ...ends.map(({ from, to }) =>
        fc
          .record({ protocol: PROTOCOL, isRange: fc.boolean() })
          .map(({ protocol, isRange }): PortRange => ({ protocol, from, to: isRange ? to : from })),
      ),
    );
  });

const NETWORK: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }), fc.nat(32))
    .map(([bytes, prefix]) => `${masked(bytes, 8, prefix).join(".")}/${prefix}`),
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), fc.nat(128))
    .map(([words, prefix]) => {
      const groups = masked(words, 16, prefix).map((word) => word.toString(16));
      return `${groups.join(":")}/${prefix}`;
    }),
);

const TIME = {
  knockTimeout: fc.constantFrom("1s", "3s", "5s", "60s", "5m"),
  accessWindow: fc.constantFrom("1s", "10s", "90s", "1h", "7d"),
  rollbackTimeout: fc.constantFrom("5s", "1m", "10m"),
};

/** Any valid policy: shared ports and beginnings, ranges, networks of both families. */
export const POLICIES: fc.Arbitrary<PolicyInput> = fc
  .record({
    names: NAMES,
    sequences: SEQUENCES,
    ranges: RANGES,
    choices: fc.array(
      fc.record({
        knockTimeout: TIME.knockTimeout,
        accessWindow: TIME.accessWindow,
        access: fc.constantFrom("window", "once"),
      }),
      { minLength: MAX_SERVICES, maxLength: MAX_SERVICES },
    ),
    hasCloseSequence: fc.boolean(),
    guardedAnswer: fc.constantFrom("reject", "drop"),
    identity: fc.record({
      ipv4Prefix: fc.integer({ min: 16, max: 32 }),
      ipv6Prefix: fc.integer({ min: 48, max: 128 }),
    }),
    allow: fc.array(NETWORK, { maxLength: 5 }),
    hasOpenPorts: fc.boolean(),
    rollbackTimeout: TIME.rollbackTimeout,
  })
  .map(({ names, sequences: all, ranges, choices, hasCloseSequence, allow, hasOpenPorts, ...others }) => {
    // The last sequence closes what the first one opens.
    const closer = hasCloseSequence && all.length > 1 ? all.at(-1) : undefined;
    const sequences = closer === undefined ? all : all.slice(0, -1);
    const count = sequences.length;
    const dealt = (hand: number) => ranges.filter((_, index) => index % (count + 1) === hand);
    const services = sequences.map((sequence, index) => [
      names[index] ?? "",
      {
        ports: dealt(index).map(printPortRange),
        sequence: printSequence(sequence),
        ...(index === 0 && closer !== undefined && { closeSequence: printSequence(closer) }),
        ...choices[index],
      },
    ]);
    return {
      services: Object.fromEntries(services),
      allow,
      openPorts: hasOpenPorts ? dealt(count).map(printPortRange) : [],
      ...others,
    };
  });

/** The same policy, everything that has no order in another order. */
export function shuffled(input: PolicyInput): fc.Arbitrary<PolicyInput> {
  const services = Object.entries(input.services).map(([name, service]) =>
    fc
      .tuple(shuffledKeys(service), shuffledItems(service.ports))
      .map(([fields, ports]) => [name, { ...fields, ports }] as const),
  );
  return fc
    .tuple(
      fc.tuple(...services).chain((entries) => shuffledItems(entries).map(Object.fromEntries)),
      shuffledItems(input.allow),
      shuffledItems(input.openPorts),
    )
    .chain(([all, allow, openPorts]) => shuffledKeys({ ...input, services: all, allow, openPorts }));
}

function shuffledKeys<T extends object>(value: T): fc.Arbitrary<T> {
  return shuffledItems(Object.entries(value)).map((entries) => Object.fromEntries(entries) as T);
}

function shuffledItems<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

function withoutBeginnings(sequences: readonly (readonly Knock[])[]): readonly (readonly Knock[])[] {
  const texts = sequences.map((sequence) => `${printSequence(sequence)},`);
  return sequences.filter((_, index) =>
    texts.every((text, other) => other === index || !begins(texts[index] ?? "", text, other < index)),
  );
}

/** Of two equal texts only the later one begins the other. */
function begins(text: string, other: string, isEarlier: boolean): boolean {
  return other.startsWith(text) && (other !== text || isEarlier);
}

/** The numbers with all bits behind the prefix cleared. */
function masked(numbers: readonly number[], bits: number, prefix: number): readonly number[] {
  return numbers.map((number, index) => {
    const behind = Math.min(bits, Math.max(0, bits * (index + 1) - prefix));
    return (number >>> behind) << behind;
  });
}

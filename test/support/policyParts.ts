import fc from "fast-check";
import { COMMON_PORTS } from "../../components/policy/commonPorts";
import type { Knock, PortRange } from "../../components/policy/policy";
import { knockKey, printSequence } from "../../components/policy/sequence";

const PROTOCOL = fc.constantFrom("tcp" as const, "udp" as const);

/** Knocks live below this port, all other ports of a policy above it: so no port has two roles. */
const FIRST_SERVED_PORT = 40_000;

/** Even ports are never neighbours. */
const KNOCK: fc.Arbitrary<Knock> = fc.record({
  protocol: PROTOCOL,
  port: fc
    .integer({ min: 512, max: FIRST_SERVED_PORT / 2 - 1 })
    .map((half) => 2 * half)
    .filter((port) => !COMMON_PORTS.has(port)),
});

/** Sequences that may stand beside each other: of few knocks, so that they share ports and beginnings. */
export function sequences(max: number): fc.Arbitrary<readonly string[]> {
  return fc
    .uniqueArray(KNOCK, { minLength: 2, maxLength: 8, selector: knockKey })
    .chain((pool) =>
      fc.array(
        fc
          .shuffledSubarray(pool, { minLength: 2 })
          .chain((all) => fc.integer({ min: 2, max: all.length }).map((length) => all.slice(0, length))),
        { minLength: 1, maxLength: max },
      ),
    )
    .map((all) => withoutBeginnings(all.map(printSequence)));
}

/** At least `min` ranges that do not overlap, to be dealt out. */
export function ranges(min: number): fc.Arbitrary<readonly PortRange[]> {
  return fc
    .uniqueArray(fc.integer({ min: FIRST_SERVED_PORT, max: 65_535 }), {
      minLength: 2 * min,
      maxLength: 4 * min,
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
}

/** A network of either family. */
export const NETWORK: fc.Arbitrary<string> = fc.oneof(
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

function withoutBeginnings(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) =>
    texts.every((other, place) => place === index || !begins(`${text},`, `${other},`, place < index)),
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

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemsOf } from "../support/problemsOf";

/** No port that our own messages, the names or the other fields of these policies hold. */
const PORT = fc.integer({ min: 10_000, max: 59_999 });
const KNOCK = fc
  .tuple(PORT, fc.constantFrom("", "/tcp", "/udp", ":udp", "/icmp", "-", "x"))
  .map((parts) => parts.join(""));
const GARBAGE = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "0", "65536", "ssh", "\n", "__proto__", "services", "; ", ": "),
);

/** From few ports, so that sequences repeat, begin and equal each other, and knock at each other's ports. */
const SEQUENCE_TEXT = fc
  .tuple(
    fc.array(fc.oneof({ weight: 8, arbitrary: KNOCK }, { weight: 1, arbitrary: GARBAGE }), { maxLength: 18 }),
  )
  .chain(([words]) => fc.constantFrom(",", " ", ", ", ";", "").map((separator) => words.join(separator)));

const SEQUENCES = fc
  .uniqueArray(PORT, { minLength: 2, maxLength: 5 })
  .chain((ports) =>
    fc.array(
      fc.oneof(
        fc.array(fc.constantFrom(...ports, ...ports.map((port) => port + 1)), { maxLength: 5 }).map(String),
        SEQUENCE_TEXT,
      ),
      { minLength: 1, maxLength: 3 },
    ),
  );

/** The same sequence misplaced: as a name, a port, a network, a time, a field, a list. */
const MISPLACED = fc.constantFrom<(text: string) => object>(
  () => ({}),
  (text) => ({ [text]: 1 }),
  (text) => ({ allow: [text] }),
  (text) => ({ openPorts: [text] }),
  (text) => ({ rollbackTimeout: text }),
  (text) => ({ hosts: { [text]: {} } }),
  (text) => ({ hosts: { a: { address: 1, port: text, viaProxy: text, [text]: text } } }),
  (text) => ({ services: { [text]: {} } }),
  (text) => ({ services: { a: text } }),
  (text) => ({ services: { a: { [text]: text } } }),
  (text) => ({
    services: { a: { ports: [text], sequence: [text], knockTimeout: text, accessWindow: text } },
  }),
  (text) => ({ services: { a: { ports: { [text]: text }, sequence: { [text]: text } } } }),
);

describe("no message about a policy", () => {
  it("contains a port of a sequence, whatever the sequences", () => {
    let refused = 0;
    fc.assert(
      fc.property(SEQUENCES, (texts) => {
        const services = texts.map((sequence, index) => [
          `s${index}`,
          { ports: [portsOf(texts)[0] ?? "22", "22"], sequence },
        ]);
        const problems = problemsOf({
          services: Object.fromEntries(services),
          openPorts: portsOf(texts).slice(1, 2),
        });
        refused += problems.length;
        expect(leaks(problems, texts)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it("contains a port of a sequence that stands in another field's place", () => {
    fc.assert(
      fc.property(SEQUENCE_TEXT, MISPLACED, (text, misplace) => {
        const problems = problemsOf({ ...ANY_SERVICES, ...misplace(text) });
        expect(leaks(problems, [text])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

const ANY_SERVICES = { services: { ssh: { ports: ["22"], sequence: "7000,8000,9000" } } };

/** Every number of five digits, also inside garbage. */
function portsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.match(/\d{5}/g) ?? []);
}

function leaks(problems: readonly string[], texts: readonly string[]): readonly string[] {
  return portsOf(texts).filter((port) => problems.some((problem) => problem.includes(port)));
}

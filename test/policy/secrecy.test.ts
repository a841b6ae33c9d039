import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isName } from "../../components/policy/nameProblem";
import { WRITTEN_OBJECTS } from "../support/policyFile";
import { problemsOf } from "../support/problemsOf";

/** Our own messages hold no number of so many digits, nor do the names and other fields of these policies. */
const PORT = fc.integer({ min: 1000, max: 65_535 });
const KNOCK = fc
  .tuple(PORT, fc.constantFrom("", "/tcp", "/udp", ":udp", "/icmp", "-", "x"))
  .map((parts) => parts.join(""));
const GARBAGE = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "0", "65536", "99999", "1000000", "ssh", "\n", "__proto__", "services", "; ", ": "),
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

type Misplace = (text: string) => object;

/** The same sequence misplaced: as a field, and as all fields of an object; there as a text, in a list, as a field. */
const IN_FIELDS = WRITTEN_OBJECTS.flatMap(({ path, fields }): readonly Misplace[] => {
  const inEach = (value: unknown): object =>
    placed(path, Object.fromEntries(fields.map((field) => [field, value])));
  return [
    (text) => placed(path, { [text]: text }),
    (text) => inEach(text),
    (text) => inEach([text]),
    (text) => inEach([{ [text]: text }, text]),
    (text) => inEach({ [text]: text }),
  ];
});

/** As a name, a host, and where a field beside it is right. */
const MISPLACED = fc.constantFrom<Misplace>(
  ...IN_FIELDS,
  (text) => ({ hosts: { [text]: {} } }),
  (text) => ({
    hosts: {
      a: { connection: { host: 1, port: text, proxy: text, [text]: text }, adopt: text, [text]: text },
    },
  }),
  (text) => ({ services: { [text]: {} } }),
  (text) => ({ services: { a: text } }),
  (text) => ({ services: { a: { ports: [text], sequence: [text] } } }),
  (text) => ({ services: { a: { ports: ["22"], sequenceOf: text } } }),
  (text) => ({ services: { a: { ports: ["22"], sequenceOf: "b", sequence: text, closeSequence: text } } }),
  (text) => ({ services: { a: { ports: ["22"], sequenceOf: { [text]: text }, unban: text } } }),
  (text) => ({ baseline: { unbanSequence: text } }),
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
      { numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(10_000);
  });

  it("contains a port of a sequence, also of those that close and unban, whatever else a baseline has", () => {
    let refused = 0;
    fc.assert(
      fc.property(SEQUENCES, SEQUENCES, fc.boolean(), (texts, others, isShared) => {
        const ports = portsOf([...texts, ...others]);
        const taken = (index: number) => ports.slice(index, index + 1);
        const problems = problemsOf({
          services: {
            a: { ports: ["22"], sequence: texts[0], closeSequence: others[0], unban: true },
            b: { ports: taken(0), ...(isShared ? { sequenceOf: "a" } : { sequence: texts[1] }) },
          },
          openPorts: taken(1),
          hosts: { a: { connection: { host: "192.0.2.1", port: Number(taken(2)[0] ?? 23) } } },
          baseline: {
            unbanSequence: others[1] ?? texts[2],
            traps: taken(3),
            openPortsFrom: [{ ports: taken(4), from: ["192.0.2.0/24"] }],
          },
        });
        refused += problems.length;
        expect(leaks(problems, [...texts, ...others])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it("contains a port of a sequence that stands in another field's place", () => {
    fc.assert(
      fc.property(SEQUENCE_TEXT.filter(isNoName), MISPLACED, (text, misplace) => {
        const problems = problemsOf({ ...ANY_SERVICES, ...misplace(text) });
        expect(leaks(problems, [text])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

const ANY_SERVICES = { services: { ssh: { ports: ["22"], sequence: "9000,7000,8000" } } };

/** A name is no sequence, whatever numbers it ends in: messages say it in their path. */
function isNoName(text: string): boolean {
  return !isName(text);
}

/** The value at that place, in objects and lists. */
function placed(path: readonly string[], value: object): object {
  return path.reduceRight((inner, key) => (key === "0" ? [inner] : { [key]: inner }), value);
}

/** Every number of four digits and more, also inside garbage. */
function portsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.match(/\d{4,}/g) ?? []);
}

function leaks(problems: readonly string[], texts: readonly string[]): readonly string[] {
  return portsOf(texts).filter((port) => problems.some((problem) => problem.includes(port)));
}

import fc from "fast-check";
import { namedSequences } from "../../components/policy/namedSequences";
import type { Policy } from "../../components/policy/policy";
import { knockKey, printSequence } from "../../components/policy/sequence";

/** What a script does next: one of its sources sends a packet, `8000/udp`, or everybody waits. */
export type ScriptStep =
  | { readonly kind: "packet"; readonly source: number; readonly packet: string }
  | { readonly kind: "wait" };

/** The first knocks that a source may make at once; the kernel ignores faster ones. */
const MAX_FIRST_KNOCKS = 9;
const MAX_WAITS = 2;

/** Scripts for some sources at a host with this policy: whole sequences and parts of them, and what gets between. */
export function packetScripts(
  policy: Policy,
  others: readonly string[],
  sources: number,
): fc.Arbitrary<readonly ScriptStep[]> {
  const sequences = namedSequences(policy).map(({ knocks }) => printSequence(knocks).split(","));
  const guarded = policy.services.flatMap(({ ports }) =>
    ports.map(({ protocol, from }) => `${from}/${protocol}`),
  );
  const single = fc.constantFrom(...new Set([...sequences.flat(), ...guarded, ...others]));
  const sequence = fc.constantFrom(...sequences);
  const packets = fc.oneof(
    { weight: 4, arbitrary: sequence },
    { weight: 3, arbitrary: sequence.chain((all) => fc.subarray(all, { minLength: 1 })) },
    { weight: 4, arbitrary: single.map((packet) => [packet]) },
    { weight: 2, arbitrary: fc.constant(guarded) },
  );
  const part = fc.oneof(
    {
      weight: 10,
      arbitrary: fc
        .tuple(fc.nat(sources - 1), packets)
        .map(([source, all]) => all.map((packet): ScriptStep => ({ kind: "packet", source, packet }))),
    },
    { weight: 1, arbitrary: fc.constant<readonly ScriptStep[]>([{ kind: "wait" }]) },
  );
  const ending = Array.from({ length: sources }, (_, source) =>
    guarded.map((packet): ScriptStep => ({ kind: "packet", source, packet })),
  );
  return fc
    .array(part, { minLength: 8, maxLength: 24 })
    .map((parts) => [...bounded(parts.flat(), firstKnocks(policy)), ...ending.flat()]);
}

function firstKnocks(policy: Policy): ReadonlySet<string> {
  const firsts = namedSequences(policy).flatMap(({ knocks }) => knocks.slice(0, 1).map(knockKey));
  return new Set(firsts.map((key) => key.split("/").toReversed().join("/")));
}

function bounded(steps: readonly ScriptStep[], firsts: ReadonlySet<string>): readonly ScriptStep[] {
  const kept = new Map<string, number>();
  return steps.filter((step) => {
    if (step.kind === "packet" && !firsts.has(step.packet)) return true;
    const key = step.kind === "wait" ? "wait" : `source ${step.source}`;
    const count = (kept.get(key) ?? 0) + 1;
    kept.set(key, count);
    return count <= (step.kind === "wait" ? MAX_WAITS : MAX_FIRST_KNOCKS);
  });
}

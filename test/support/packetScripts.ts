import fc from "fast-check";
import { namedSequences } from "../../components/policy/namedSequences";
import { printSequence } from "../../components/policy/sequence";
import type { PacketText } from "./packets/rawPacket";
import type { Script, ScriptCase, ScriptStep } from "./packets/scripts/scriptCase";
import { tokenPackets } from "./tokenPackets";

const MAX_WAITS = 2;

/** A port of no policy. */
const WRONG = "1001/tcp";

/** Flags that a plain SYN does not have; what connection tracking calls them is in `model/packet.ts`. */
const ODD_FLAGS = ["ack", "psh+ack", "fin", "fin+ack", "syn+ack", "rst", "syn+fin", "null", "fin+psh+urg"];

/** From so many that no two retransmissions of a script share one, or nobody could tell their answers apart. */
const FROM_PORT = fc.noBias(fc.integer({ min: 1024, max: 65_535 }));

/** Scripts against a policy: whole sequences and parts of them, tokens, and what gets between. */
export function packetScripts({ policy, others, sources, listening }: ScriptCase): fc.Arbitrary<Script> {
  const sequences = namedSequences(policy).map(({ knocks }) => printSequence(knocks).split(","));
  const guarded = policy.services.flatMap(({ ports }) =>
    ports.map(({ protocol, from }) => `${from}/${protocol}`),
  );
  const ports = [...new Set([...sequences.flat(), ...guarded, ...others])];
  const odd = fc
    .tuple(fc.constantFrom(...ports.filter((port) => port.endsWith("/tcp"))), fc.constantFrom(...ODD_FLAGS))
    .map(([port, flags]) => [`${port} ${flags}`]);
  const sequence = fc.constantFrom(...sequences);
  const packets = fc.oneof(
    { weight: 8, arbitrary: sequence },
    { weight: 6, arbitrary: sequence.chain((all) => fc.subarray(all, { minLength: 1 })) },
    { weight: 8, arbitrary: fc.constantFrom(...ports).map((packet) => [packet]) },
    { weight: 4, arbitrary: fc.constant(guarded) },
    { weight: 6, arbitrary: fc.tuple(sequence, fc.nat(), fc.constantFrom(...ports)).map(interrupted) },
    { weight: 1, arbitrary: odd },
    { weight: 2, arbitrary: fc.tuple(sequence, FROM_PORT).map((one) => retransmitted(one, listening)) },
    { weight: 1, arbitrary: sequence.map(([first = "", ...rest]) => tooFast(first, rest)) },
    ...tokenPackets({ policy, ports, sequence, guarded, others }),
  );
  const part = fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .tuple(fc.nat(sources.length - 1), packets)
        .map(([source, all]) => all.map((packet): ScriptStep => ({ kind: "packet", source, packet }))),
    },
    { weight: 1, arbitrary: fc.constant<Script>([{ kind: "wait" }]) },
  );
  const ending = sources.flatMap((_, source) =>
    [...guarded, ...others.slice(0, 1)].map((packet): ScriptStep => ({ kind: "packet", source, packet })),
  );
  return fc
    .array(part, { minLength: 8, maxLength: 24 })
    .map((parts) => [...withFewWaits(parts.flat()), ...ending]);
}

/** A sequence with another packet in between. */
function interrupted([sequence, place, packet]: [readonly PacketText[], number, PacketText]) {
  return sequence.toSpliced(place % sequence.length, 0, packet);
}

/** Each knock twice, from one port, but for those that are answered: they would belong to a connection. */
function retransmitted(
  [sequence, fromPort]: [readonly PacketText[], number],
  listening: readonly string[],
): readonly PacketText[] {
  return sequence.flatMap((knock) =>
    listening.includes(knock) ? [knock] : [`${knock} from ${fromPort}`, `${knock} from ${fromPort}`],
  );
}

/** More first knocks than a source may make at once, and then the rest of the sequence. */
function tooFast(first: PacketText, rest: readonly PacketText[]): readonly PacketText[] {
  return [...Array.from({ length: 10 }, () => [first, WRONG]).flat(), first, ...rest];
}

function withFewWaits(steps: Script): Script {
  let waits = 0;
  return steps.filter(({ kind }) => {
    if (kind === "wait") waits += 1;
    return kind !== "wait" || waits <= MAX_WAITS;
  });
}

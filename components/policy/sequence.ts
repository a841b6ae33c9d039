import { type Parsed, refused, value } from "./parsed";
import type { Knock } from "./policy";
import { PolicyError } from "./policyError";
import { isPort, toProtocol } from "./portRange";

export type { Knock } from "./policy";

/** The fewest and the most knocks of a sequence. One knock is what any scan makes. */
export const MIN_KNOCKS = 2;
export const MAX_KNOCKS = 16;

/**
 * Parses a knock sequence: ports from 1 to 65535 in knocking order, separated by commas or spaces, each with
 * an optional protocol: `7000,8000/udp,9000`. knockd's form `8000:udp` is understood too; without a protocol
 * a knock is TCP.
 *
 * @throws PolicyError when it is not a sequence. The message names the knock by number, never its port.
 */
export function parseSequence(text: string): readonly Knock[] {
  const parsed = tryParseSequence(text);
  if (parsed.kind === "refused") {
    throw new PolicyError([{ path: "sequence", problem: parsed.problem, remedy: parsed.remedy }]);
  }
  return parsed.value;
}

/** `parseSequence` for a caller that collects problems. */
export function tryParseSequence(text: string): Parsed<readonly Knock[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const knocks: Knock[] = [];
  for (const [index, word] of words.entries()) {
    const match = /^(\d{1,5})(?:[/:](tcp|udp))?$/.exec(word);
    if (match === null || !isPort(Number(match[1]))) {
      return refused(
        `knock ${index + 1} is not a port`,
        'write ports from 1 to 65535 with an optional protocol, like "7000,8000/udp,9000"',
      );
    }
    knocks.push({ protocol: toProtocol(match[2]), port: Number(match[1]) });
  }
  return refusal(knocks) ?? value(knocks);
}

/** A sequence as it is handed to a client: `7000/tcp,8000/udp`. Secret. */
export function printSequence(sequence: readonly Knock[]): string {
  return sequence.map((knock) => `${knock.port}/${knock.protocol}`).join(",");
}

/** One text for equal knocks, different for different ones. */
export function knockKey(knock: Knock): string {
  return `${knock.protocol}/${knock.port}`;
}

function refusal(knocks: readonly Knock[]): Parsed<readonly Knock[]> | undefined {
  if (knocks.length < MIN_KNOCKS || knocks.length > MAX_KNOCKS) {
    const count = `has ${knocks.length} ${knocks.length === 1 ? "knock" : "knocks"}`;
    return refused(count, `give ${MIN_KNOCKS} to ${MAX_KNOCKS}, or leave the service unguarded`);
  }
  for (const [index, knock] of knocks.entries()) {
    const earlier = knocks.findIndex((other) => knockKey(other) === knockKey(knock));
    if (earlier < index) {
      return refused(`knock ${index + 1} repeats knock ${earlier + 1}`, "use each port once");
    }
    const previous = knocks[index - 1];
    if (previous?.protocol === knock.protocol && Math.abs(previous.port - knock.port) === 1) {
      return refused(
        `knocks ${index} and ${index + 1} are neighbouring ports, which a plain scan tries in a row`,
        "choose ports that are further apart",
      );
    }
  }
  return undefined;
}

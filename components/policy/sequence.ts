import { knockKey } from "./knockKey";
import { type Parsed, refused, value } from "./parsed";
import type { Knock } from "./policy";
import { PolicyError } from "./policyError";
import { isPort, toProtocol } from "./portRange";
import { printKnocks } from "./printNumber";
import { MAX_KNOCKS, neighbouringKnocks, repeatedKnock, tooFewKnocks, wrongCount } from "./rules/knockRules";

export type { Knock } from "./policy";
export { knockKey };

/** What to do without a sequence that opens a service. */
export const WITHOUT_SEQUENCE = "leave the service unguarded";

/** What to do with a knocker who has no sequence. */
export const WITHOUT_KNOCKER = "take the knocker out";

/** What makes a sequence impossible. What makes it unwise is the policy's affair: a client knocks at any host. */
const RULES = [tooFewKnocks(WITHOUT_SEQUENCE), repeatedKnock, neighbouringKnocks];

/**
 * Parses a knock sequence: 2 to 16 ports in knocking order, separated by commas or spaces, each with
 * an optional protocol: `7000,8000/udp,9000`. knockd's form `8000:udp` is understood too; without a protocol
 * a knock is TCP. Capitals count as small letters.
 *
 * @throws PolicyError when it is not a sequence. The message names knocks by number, never a port.
 */
export function parseSequence(text: string): readonly Knock[] {
  const parsed = parseKnocks(text, WITHOUT_SEQUENCE);
  const findings = parsed.kind === "refused" ? [parsed] : RULES.flatMap((rule) => rule(parsed.value));
  if (parsed.kind === "refused" || findings.length > 0) {
    throw new PolicyError(findings.map(({ problem, remedy }) => ({ path: "sequence", problem, remedy })));
  }
  return parsed.value;
}

/** The knocks of a text, whatever rules they break. `alternative` is what to do without a sequence. */
export function parseKnocks(text: string, alternative: string): Parsed<readonly Knock[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0 || words.length > MAX_KNOCKS) {
    const { problem, remedy } = wrongCount(words.length, alternative);
    return refused(problem, remedy);
  }
  const knocks = words.map(parseKnock);
  const misfits = knocks.flatMap((knock, index) => (knock === undefined ? [index] : []));
  return misfits.length === 0
    ? value(knocks.filter((knock) => knock !== undefined))
    : refused(
        `${printKnocks(misfits)} ${misfits.length === 1 ? "is not a port" : "are not ports"}`,
        'write ports with commas between them, each with an optional protocol: "PORT,PORT/udp,PORT"',
      );
}

/** A sequence as it is handed to a client: `7000/tcp,8000/udp`. Secret. */
export function printSequence(sequence: readonly Knock[]): string {
  return sequence.map((knock) => `${knock.port}/${knock.protocol}`).join(",");
}

function parseKnock(word: string): Knock | undefined {
  const match = /^(\d{1,5})(?:[/:](tcp|udp))?$/i.exec(word);
  const port = Number(match?.[1]);
  return match !== null && isPort(port) ? { protocol: toProtocol(match[2]), port } : undefined;
}

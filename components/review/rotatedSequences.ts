import { type NamedToken, namedSequences, namedTokens } from "../policy/namedSequences";
import type { FleetPolicy, WrittenKnock } from "../policy/policy";
import { printSequence } from "../policy/sequence";
import type { SequenceId } from "../policy/sequenceId";

/** What has another sequence than before, or other tokens. */
export function rotatedSequences(before: FleetPolicy, after: FleetPolicy): readonly SequenceId[] {
  const old = new Map(secretsOf(before).map(({ path, secret }) => [path, secret]));
  return secretsOf(after).flatMap(({ id, path, secret }) => {
    const was = old.get(path);
    return was === undefined || was === secret ? [] : [id];
  });
}

function secretsOf(policy: FleetPolicy): readonly Pick<NamedToken, "id" | "path" | "secret">[] {
  return [
    ...namedSequences(policy).map(({ id, path, knocks }) => ({
      id,
      path,
      secret: printWritten(knocks, policy.derive),
    })),
    ...namedTokens(policy),
  ];
}

function printWritten(knocks: readonly WrittenKnock[], derive: string): string {
  const drawn = knocks.filter((knock) => knock.port !== "derived");
  return drawn.length === knocks.length ? printSequence(drawn) : `derived of ${derive}`;
}

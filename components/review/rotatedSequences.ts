import { type NamedToken, namedSequences, namedTokens } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { printSequence } from "../policy/sequence";
import type { SequenceId } from "../policy/sequenceId";

/** What has another sequence than before, or other tokens. */
export function rotatedSequences(before: Policy, after: Policy): readonly SequenceId[] {
  const old = new Map(secretsOf(before).map(({ path, secret }) => [path, secret]));
  return secretsOf(after).flatMap(({ id, path, secret }) => {
    const was = old.get(path);
    return was === undefined || was === secret ? [] : [id];
  });
}

function secretsOf(policy: Policy): readonly Pick<NamedToken, "id" | "path" | "secret">[] {
  return [
    ...namedSequences(policy).map(({ id, path, knocks }) => ({ id, path, secret: printSequence(knocks) })),
    ...namedTokens(policy),
  ];
}

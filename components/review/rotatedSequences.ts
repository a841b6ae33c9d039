import { type NamedSequence, namedSequences } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { printSequence } from "../policy/sequence";

/** What has another sequence than before: `ssh`, `ssh close`, `unban`. */
export function rotatedSequences(before: Policy, after: Policy): readonly string[] {
  const old = new Map(namedSequences(before).map((sequence) => [sequence.path, printed(sequence)]));
  return namedSequences(after).flatMap((sequence) => {
    const was = old.get(sequence.path);
    return was === undefined || was === printed(sequence) ? [] : [ownerAt(sequence.path)];
  });
}

/** `services.ssh.closeSequence` is shown as `ssh close`. */
function ownerAt(path: string): string {
  const [, service, field] = path.split(".");
  return path.startsWith("baseline.")
    ? "unban"
    : field === "closeSequence"
      ? `${service} close`
      : `${service}`;
}

function printed({ knocks }: NamedSequence): string {
  return printSequence(knocks);
}

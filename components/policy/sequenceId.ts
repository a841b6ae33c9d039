import { unreachable } from "./unreachable";

/** Whose a sequence is that opens services: a service's own, or a knocker's. No two of them have the same name. */
export interface Opener {
  readonly kind: "service" | "knocker";
  readonly name: string;
}

/** Which sequence of a policy it is. */
export type SequenceId =
  | { readonly kind: "admit"; readonly opener: Opener }
  | { readonly kind: "close"; readonly opener: Opener }
  | { readonly kind: "unban" };

/** As people read it: `ssh`, `ssh close`, `unban`. */
export function printSequenceId(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return id.opener.name;
    case "close":
      return `${id.opener.name} close`;
    case "unban":
      return "unban";
    default:
      return unreachable(id);
  }
}

/** Where it is written in the arguments: `services.ssh.sequence`, `knockers.alice.closeSequence`. */
export function argumentPath(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return `${openerPath(id.opener)}.sequence`;
    case "close":
      return `${openerPath(id.opener)}.closeSequence`;
    case "unban":
      return "baseline.unbanSequence";
    default:
      return unreachable(id);
  }
}

/** Where it is written in the arguments whose it is: `services.ssh`, `knockers.alice`. */
export function openerPath({ kind, name }: Opener): string {
  return `${kind}s.${name}`;
}

const UNBAN_RESOURCE = "baseline.unban";
const KNOCKERS = "knockers.";

/**
 * What its resource has behind the component's name: `ssh`, `ssh.close`, `knockers.alice.admit`, `baseline.unban`. Different for
 * different ones.
 */
export function resourceName(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return id.opener.kind === "knocker" ? `${KNOCKERS}${id.opener.name}.admit` : id.opener.name;
    case "close":
      return id.opener.kind === "knocker" ? `${KNOCKERS}${id.opener.name}.close` : `${id.opener.name}.close`;
    case "unban":
      return UNBAN_RESOURCE;
    default:
      return unreachable(id);
  }
}

/** What `resourceName` printed. */
export function parseResourceName(name: string): SequenceId {
  if (name === UNBAN_RESOURCE) {
    return { kind: "unban" };
  }
  // Of a service there are two parts at most.
  const [, knocker, itsPart] = /^knockers\.([^.]+)\.(\w+)$/.exec(name) ?? [];
  if (knocker !== undefined) {
    return { kind: itsPart === "close" ? "close" : "admit", opener: { kind: "knocker", name: knocker } };
  }
  const [service = "", part] = name.split(".");
  return { kind: part === "close" ? "close" : "admit", opener: { kind: "service", name: service } };
}

export function isSameSequence(one: SequenceId, other: SequenceId): boolean {
  return resourceName(one) === resourceName(other);
}

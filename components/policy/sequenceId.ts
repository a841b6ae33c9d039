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
 * What its resource has behind the component's name: `ssh`, `ssh.close`, `knockers.alice`, `baseline.unban`. Different for
 * different ones.
 */
export function resourceName(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return openerResource(id.opener);
    case "close":
      return `${openerResource(id.opener)}.close`;
    case "unban":
      return UNBAN_RESOURCE;
    default:
      return unreachable(id);
  }
}

function openerResource({ kind, name }: Opener): string {
  return kind === "knocker" ? `${KNOCKERS}${name}` : name;
}

/** What `resourceName` printed. */
export function parseResourceName(name: string): SequenceId {
  if (name === UNBAN_RESOURCE) {
    return { kind: "unban" };
  }
  const isKnocker = name.startsWith(KNOCKERS);
  const [opener = "", part] = (isKnocker ? name.slice(KNOCKERS.length) : name).split(".");
  return {
    kind: part === "close" ? "close" : "admit",
    opener: { kind: isKnocker ? "knocker" : "service", name: opener },
  };
}

export function isSameSequence(one: SequenceId, other: SequenceId): boolean {
  return resourceName(one) === resourceName(other);
}

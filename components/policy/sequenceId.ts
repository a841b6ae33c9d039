import { unreachable } from "./unreachable";

/** Which sequence of a policy it is. */
export type SequenceId =
  | { readonly kind: "admit"; readonly service: string }
  | { readonly kind: "close"; readonly service: string }
  | { readonly kind: "unban" };

/** As people read it: `ssh`, `ssh close`, `unban`. */
export function printSequenceId(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return id.service;
    case "close":
      return `${id.service} close`;
    case "unban":
      return "unban";
    default:
      return unreachable(id);
  }
}

/** Where it is written in the arguments: `services.ssh.sequence`. */
export function argumentPath(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return `services.${id.service}.sequence`;
    case "close":
      return `services.${id.service}.closeSequence`;
    case "unban":
      return "baseline.unbanSequence";
    default:
      return unreachable(id);
  }
}

const UNBAN_RESOURCE = "baseline.unban";

/** What its resource has behind the component's name: `ssh`, `ssh.close`, `baseline.unban`. Different for different ones. */
export function resourceName(id: SequenceId): string {
  switch (id.kind) {
    case "admit":
      return id.service;
    case "close":
      return `${id.service}.close`;
    case "unban":
      return UNBAN_RESOURCE;
    default:
      return unreachable(id);
  }
}

/** What `resourceName` printed. */
export function parseResourceName(name: string): SequenceId {
  const [service = "", part] = name.split(".");
  return name === UNBAN_RESOURCE
    ? { kind: "unban" }
    : { kind: part === "close" ? "close" : "admit", service };
}

export function isSameSequence(one: SequenceId, other: SequenceId): boolean {
  return resourceName(one) === resourceName(other);
}

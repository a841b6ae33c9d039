import type { Door } from "../policy/door";
import type { Network } from "../policy/policy";
import { unreachable } from "../policy/unreachable";

/** What somebody meets at a port who neither knocked nor is in `allow`. */
export function describeDoor<K>(door: Door<K>): string {
  switch (door.kind) {
    case "closed":
    case "trap":
      return "closed to everybody";
    case "guarded":
      return `open to who knocked for ${door.by.name}`;
    case "restricted":
      return `open to ${listNetworks(door.from)}`;
    case "open":
      return "open to everybody";
    case "leftAlone":
    case "tolerated":
      return "left as the host has it";
    default:
      return unreachable(door);
  }
}

export function listNetworks(networks: readonly Network[]): string {
  return networks.map(({ cidr }) => cidr).join(", ");
}

/** `10.0.0.0/8: may ping`; nothing of nothing. */
export function said(listed: string, words: string): readonly string[] {
  return listed === "" ? [] : [`${listed}: ${words}`];
}

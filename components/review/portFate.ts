import { liesIn } from "./cutPorts";
import type { FactIndex } from "./factIndex";
import { type Guard, guardOf } from "./guard";

/** What somebody meets at a port who neither knocked nor is in `allow`. */
export type PortFate =
  | { readonly kind: "closed" }
  | { readonly kind: "guarded"; readonly by: Guard }
  | { readonly kind: "restricted"; readonly from: readonly string[] }
  | { readonly kind: "open" }
  /** The table says nothing about it. */
  | { readonly kind: "leftAlone" };

/** What a policy makes of a port, or of a piece that no range of it cuts: `443/tcp`, `8000-8099/tcp`. */
export function portFate(facts: FactIndex, ports: string): PortFate {
  const isAmong = (others: readonly string[]): boolean => liesIn(ports, others);
  const by = facts.services.find((service) => isAmong(facts.all(`services.${service}.ports`)));
  if (by !== undefined) {
    return { kind: "guarded", by: guardOf(facts, by) };
  }
  if (facts.one("profile") !== "baseline") {
    return { kind: "leftAlone" };
  }
  if (isAmong(facts.all("openPorts"))) {
    return { kind: "open" };
  }
  const from = facts.all("baseline.openPortsFrom").flatMap((text) => {
    const [range = "", network = ""] = text.split(" from ");
    return liesIn(ports, [range]) ? [network] : [];
  });
  return from.length > 0 ? { kind: "restricted", from } : { kind: "closed" };
}

export function describeFate(fate: PortFate): string {
  switch (fate.kind) {
    case "closed":
      return "closed to everybody";
    case "guarded":
      return `open to who knocked for ${fate.by.service}`;
    case "restricted":
      return `open to ${fate.from.join(", ")}`;
    case "open":
      return "open to everybody";
    case "leftAlone":
      return "left as the host has it";
    default:
      return unknownFate(fate);
  }
}

function unknownFate(fate: never): never {
  throw new Error(`bug: unknown fate of a port ${typeof fate}`);
}

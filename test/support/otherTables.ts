import { coexistenceWarnings } from "../../components/neighbours/coexistence";
import { parsePolicy } from "../../components/policy/written/parsePolicy";

export const GUARD = { services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9000" } } };

/** What a listing of other tables is warned about, for a policy that guards SSH unless a test says otherwise. */
export function warningsOf(listing: string, policy: object = GUARD): readonly string[] {
  return coexistenceWarnings(parsePolicy(policy), listing);
}

/** A table with an input chain of these rules, as nft lists it. */
export function inputChain(
  rules: readonly string[],
  { policy = "drop", family = "inet", name = "filter" } = {},
): string {
  return [
    `table ${family} ${name} {`,
    "\tchain INPUT {",
    `\t\ttype filter hook input priority filter; policy ${policy};`,
    ...rules.map((rule) => `\t\t${rule}`),
    "\t}",
    "}",
  ].join("\n");
}

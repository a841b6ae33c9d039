import { randomBytes } from "node:crypto";
import { parsePolicy } from "../../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import { FILLED_SECONDS, SLOT_SECONDS, TOKENS_PER_SLOT } from "../../../components/tokens/token";
import { type BenchService, policyInput } from "../services";
import { loadWithNft } from "./loadWithNft";
import type { System } from "./system";

/** Guarded ports answer as the closed ports of a bare table do. */
const guard = { guardedAnswer: "drop" };
/** The tracks lie in networks that are martians elsewhere. */
const baseline = { ...guard, baseline: { exceptNetworks: ["10.0.0.0/8", "fd00::/8"] } };

export const oursGuard: System = {
  name: "portknock, guard",
  isBesideBare: true,
  prepare: (services) => loadWithNft(oursText(services, guard)),
};

/** What a hundred knockers have for a day, as the host fills it in. */
const KNOCKERS = 100;
const TOKENS = (KNOCKERS * TOKENS_PER_SLOT * FILLED_SECONDS) / SLOT_SECONDS;

/** The same with a hundred knockers, and the tokens that they have for a day. */
export const oursTokens: System = {
  name: "portknock, guard, tokens of 100 knockers",
  isBesideBare: true,
  prepare: (services) => {
    const [first] = services;
    const knockers = Object.fromEntries(
      Array.from({ length: KNOCKERS }, (_, index) => [
        `k${index}`,
        { services: [first?.name ?? ""], token: index.toString(16).padStart(2, "0").repeat(32) },
      ]),
    );
    const tokens = Array.from(
      { length: TOKENS },
      () => `0x${randomBytes(16).toString("hex")} timeout 1d : abc:1201`,
    );
    const filled = `add element inet portknock pk_tokens { ${tokens.join(",\n")} }\n`;
    return loadWithNft(oursText(services, { ...guard, knockers }) + filled);
  },
};

export const oursBaseline: System = {
  name: "portknock, baseline",
  isBesideBare: false,
  prepare: (services) => loadWithNft(oursText(services, baseline)),
};

function oursText(services: readonly BenchService[], rest: Readonly<Record<string, unknown>>): string {
  return printRuleset(compilePolicy(parsePolicy(policyInput(services, rest))));
}

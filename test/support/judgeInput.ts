import { hostPolicies } from "../../components/policy/hostPolicy";
import type { Policy } from "../../components/policy/policy";
import { tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { fillEnvelope, SCRIPT_DIGEST } from "../../components/remote/envelope";
import { printOwner, writeManifest } from "../../components/remote/manifest";
import { packRuleset } from "../../components/remote/packing";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Ruleset } from "../../components/ruleset/ruleset";
import { brokenPromises } from "./brokenPromises";
import { unclearOf } from "./clearWords";

/** What became of an input. `wrong` says what must never happen. */
export type JudgedInput =
  | { readonly kind: "refused" }
  | { readonly kind: "compiled"; readonly ruleset: Ruleset }
  | { readonly kind: "wrong"; readonly what: string };

const OWNER = { project: "shop", stack: "dev", component: "edge", host: "web-1" };

/** Nothing that opens a string, a comment or a block, but what the printer writes. */
const LINE = /^[\t ]*[\w .,:;=!<>&|@{}/()-]*(?: (?:comment|prefix) "[A-Za-z0-9 ,.:-]*"[a-z ]*)*$/;

const NAME = "[A-Za-z][A-Za-z0-9-]{0,31}";
const ID = "[0-9a-f]+:[0-9a-f]+";
const KNOCKS = "\\d{1,5}/(?:tcp|udp)(?:,\\d{1,5}/(?:tcp|udp))+";
const MANIFEST_LINE = new RegExp(
  `^(?:token [0-9a-f]{64}|script [0-9a-f]{64}|owner shop/dev/edge/web-1|rollback \\d+|service ${ID} ${NAME} \\d+ (?:${KNOCKS}|-)|knocker ${ID} ${ID} ${NAME} \\d+ ${KNOCKS}|flow-windows \\d+|flows [0-9a-f]+:[0-9a-f]+ \\d+|sequence ${KNOCKS}|blacklist \\d+|trusted \\d+|identity [0-9.]+ [0-9a-f:]+)$`,
);

/** Takes an input as far as a host would get it. */
export function judgeInput(input: unknown): JudgedInput {
  const result = tryParsePolicy(input);
  if (result.kind === "refused") {
    const unclear = unclearOf(result.problems);
    return unclear === undefined ? { kind: "refused" } : wrong(`an unclear problem: ${unclear}`);
  }
  const unclear = unclearOf(result.warnings);
  const { policy } = hostPolicies(result.policy)("web-1");
  if (unclear !== undefined) return wrong(`an unclear warning: ${unclear}`);
  const [broken] = brokenPromises(policy);
  if (broken !== undefined) return wrong(`a broken promise: ${broken}`);
  const ruleset = compilePolicy(policy);
  const text = printRuleset(ruleset);
  const strange = [
    ...text.split("\n").filter((line) => !LINE.test(line)),
    ...manifestLines(policy, text).filter((line) => !MANIFEST_LINE.test(line)),
  ];
  return strange.length === 0 ? { kind: "compiled", ruleset } : wrong(`a strange line: ${strange[0]}`);
}

/** Standard input of a host's shell holds them, and throws where one would end it early. */
function manifestLines(policy: Policy, ruleset: string): readonly string[] {
  const manifest = writeManifest({
    owner: OWNER,
    adopt: undefined,
    policy,
    ruleset,
    script: SCRIPT_DIGEST,
  }).text;
  fillEnvelope({ owner: printOwner(OWNER), manifest, packedRuleset: packRuleset(ruleset) });
  return manifest.trimEnd().split("\n");
}

function wrong(what: string): JudgedInput {
  return { kind: "wrong", what };
}

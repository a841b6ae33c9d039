import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { figure, table } from "../markdown";
import { median } from "../statistics";
import type { Bench } from "./bench";
import { benchServices, policyInput } from "./services";

const COUNTS = [1000, 2000, 5000, 10_000] as const;
const RUNS = 5;

/** How long it takes to get from what is written to the text for nft, on the deployer. */
export function measureCompiling({ say }: Bench): string {
  const rows = COUNTS.map((count) => {
    say(`compiling ${figure(count)} sequences`);
    const input = policyInput(benchServices(count), {});
    const policy = parsePolicy(input);
    const text = printRuleset(compilePolicy(policy));
    return [
      figure(count),
      milliseconds(() => parsePolicy(input)),
      milliseconds(() => printRuleset(compilePolicy(policy))),
      figure(text.length / 1e6),
    ];
  });
  return [
    "## Compiling\n",
    `Milliseconds, medians of ${RUNS}:\n`,
    table(["sequences", "parse and validate", "compile and print", "ruleset in MB"], rows),
  ].join("\n");
}

function milliseconds(work: () => unknown): string {
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return figure(Math.round(median(times)));
}

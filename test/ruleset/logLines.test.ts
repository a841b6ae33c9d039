import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";

/** What the kernel's log says of the knocks of services with these names, whose sequences begin alike. */
function prefixesOf(names: readonly string[]): readonly string[] {
  const services = names.map((name, index) => [
    name,
    { ports: [`${80 + index}`], sequence: `7000,${8000 + index},6001` },
  ]);
  const policy = parsePolicy({ services: Object.fromEntries(services), log: { stages: true } });
  const statements = compilePolicy(policy).chains.flatMap(({ rules }) =>
    rules.flatMap((rule) => rule.statements),
  );
  return statements.flatMap((statement) => (statement.kind === "log" ? [statement.prefix] : []));
}

describe("the log line of a knock", () => {
  it.each([
    [["a", "b"], "portknock: a, b: stage 1 "],
    [["a", "b", "c"], "portknock: a, b, c: stage 1 "],
    [["a", "b", "c", "d"], "portknock: 4 services: stage 1 "],
  ])("names whose it may be, up to three, else how many: %j", (names, prefix) => {
    const prefixes = prefixesOf(names);
    expect(prefixes.filter((each) => each.endsWith(" stage 1 "))).toEqual([prefix]);
    expect(prefixes).toContain("portknock: a: admit sequence complete ");
  });
});

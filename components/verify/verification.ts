import { unreachable } from "../policy/unreachable";
import { escaped } from "../status/html";

/** What was found from outside: as it should be, not so, or not looked at. */
export type Outcome = "passed" | "failed" | "skipped";

/** One thing that was looked at from outside. */
export interface Check {
  /** `looks closed`, `is open`, `opens after the knock`, `closes again`. */
  readonly what: string;
  readonly outcome: Outcome;
  /** What was seen, or why nothing was; where it failed, what to do. */
  readonly words: string;
}

/** What was looked at at one address of a host. */
export interface VerifiedAddress {
  /** Which host, as the one who asks calls it. */
  readonly host: string;
  readonly address: string;
  readonly checks: readonly Check[];
}

const MARKS: Readonly<Record<Outcome, string>> = { passed: "passed ", failed: "FAILED ", skipped: "skipped" };

/** For a person. */
export function printVerification(addresses: readonly VerifiedAddress[]): string {
  const blocks = addresses.map(({ host, address, checks }) =>
    [
      `${host} (${address})`,
      ...checks.map(({ what, outcome, words }) => `  ${MARKS[outcome]}  ${what}: ${words}`),
    ].join("\n"),
  );
  const all = addresses.flatMap(({ checks }) => checks);
  const count = (outcome: Outcome): number => all.filter((check) => check.outcome === outcome).length;
  return `${blocks.join("\n\n")}\n\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped\n`;
}

/** For a program: `version` is 1 as long as nothing that is there changes its meaning. */
export function printVerificationJson(addresses: readonly VerifiedAddress[]): string {
  return `${JSON.stringify({ version: 1, addresses })}\n`;
}

/** For build servers: a suite for each address, as JUnit's own reports are. */
export function printVerificationJunit(addresses: readonly VerifiedAddress[]): string {
  const suites = addresses.map(({ host, address, checks }) => {
    const name = `${host} (${address})`;
    const count = (outcome: Outcome): number => checks.filter((check) => check.outcome === outcome).length;
    return [
      `  <testsuite name="${escaped(name)}" tests="${checks.length}" failures="${count("failed")}" skipped="${count("skipped")}">`,
      ...checks.map((check) => testcase(name, check)),
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}

function testcase(suite: string, { what, outcome, words }: Check): string {
  const begin = `    <testcase classname="${escaped(suite)}" name="${escaped(what)}"`;
  switch (outcome) {
    case "passed":
      return `${begin}/>`;
    case "failed":
      return `${begin}><failure message="${escaped(words)}"/></testcase>`;
    case "skipped":
      return `${begin}><skipped message="${escaped(words)}"/></testcase>`;
    default:
      return unreachable(outcome);
  }
}

import { writeFileSync } from "node:fs";

const skipMark = "skipped: ";

/** A vitest reporter that leaves behind what scripts/test.mjs says at the end: counts, and why tests were skipped. */
// biome-ignore lint/style/noDefaultExport: vitest takes a reporter from a file this way
export default class TestSummary {
  #reasons = new Set();

  /** Test files that cannot run here say so with `console.warn("skipped: …")` when they are loaded. */
  onUserConsoleLog({ content }) {
    for (const line of content.split("\n")) {
      if (line.startsWith(skipMark)) this.#reasons.add(line.slice(skipMark.length));
    }
  }

  onTestRunEnd(testModules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      const states = [...testModule.children.allTests()].map((test) => test.result().state);
      for (const state of states) counts[state === "pending" ? "skipped" : state] += 1;
      // A file that cannot be loaded, or whose beforeAll fails, has failed without a test of its own having done so.
      if (testModule.state() === "failed" && !states.includes("failed")) counts.failed += 1;
    }
    writeFileSync(
      process.env.PORTKNOCK_TEST_SUMMARY,
      JSON.stringify({ ...counts, reasons: [...this.#reasons] }),
    );
  }
}

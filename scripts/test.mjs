// The check, then all tests. The last line is the sum of both: `N passed, N failed`, and how many were skipped if any.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { root } from "./setup/paths.mjs";

const checked = check();
const tested = runTests(process.argv.slice(2));

for (const reason of [...checked.reasons, ...tested.reasons]) console.log(`skipped: ${reason}`);
if (tested.passed === 0) console.log("no test passed: the output above says why");
const passed = checked.passed + tested.passed;
const failed = checked.failed + tested.failed;
const skipped = checked.skipped + tested.skipped;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
if (failed > 0 || tested.passed === 0) process.exitCode = 1;

function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "portknock-test-"));
  const file = join(folder, "summary.json");
  try {
    const reporters = ["--reporter=default", `--reporter=${join(root, "scripts/testSummary.mjs")}`];
    const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", ...reporters, ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PORTKNOCK_TEST_SUMMARY: file },
    });
    const nothing = { passed: 0, failed: 0, skipped: 0, reasons: [] };
    const summary = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : nothing;
    // Vitest can fail for more than its tests; that must never look like success.
    return status !== 0 && summary.failed === 0 ? { ...summary, failed: 1 } : summary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

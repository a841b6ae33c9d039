import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommand } from "../../lab/runCommand";

const ROOT = resolve(__dirname, "../..");
const isBuilt = existsSync(join(ROOT, "dist/cli/main.js"));
if (!isBuilt) {
  console.warn("skipped: dist/ is missing: npm run setup");
}

describe.skipIf(!isBuilt)("npx --no portknock in a checkout", () => {
  test("runs the project's own command", async () => {
    const { stdout } = await runCommand(["npx", "--no", "portknock", "knock", "--help"], { cwd: ROOT });
    expect(stdout.split("\n")[0]).toBe("Usage: portknock knock [options] <NAME|HOST...>");
  });
});

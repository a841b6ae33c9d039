import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { install } from "./account.mjs";
import { cache, engineVersion, root } from "./paths.mjs";
import { run } from "./run.mjs";

/** Builds the tools of a Go module, or the packages that are named, into a folder. */
export async function buildPrograms(folder, { what, module, expected, packages = ["tool"] }) {
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`;
  const scratch = join(cache, "build-go");
  await install(`${what}, built from source`, expected, async () => {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    await run("go", ["install", "-trimpath", "-ldflags", `-s -w -X ${version}`, ...packages], {
      cwd: join(root, module),
      env: { GOBIN: scratch },
      progress: `building ${what}`,
    });
    mkdirSync(folder, { recursive: true });
    // Only a finished program gets to where the next run looks for it.
    for (const program of readdirSync(scratch)) renameSync(join(scratch, program), join(folder, program));
    rmSync(scratch, { recursive: true });
  });
}

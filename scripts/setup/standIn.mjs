import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { install } from "./account.mjs";
import { hashOf, putInPlace, readIfThere, writeWhole } from "./files.mjs";
import { cache, findOnPath, root } from "./paths.mjs";
import { run } from "./run.mjs";

const sources = ["standIn", "package-lock.json"];

/**
 * The stand-in for the command plugin, or undefined where there is no Go: a folder with the plugin and, beside it, the
 * program with which it dials. The engine copies the plugin alone, so it is told where the other one is.
 */
export async function ensureStandIn() {
  const folder = join(cache, "stand-in");
  const hash = hashOf(root, sources);
  if (readIfThere(join(folder, "sources")) === hash) return { folder, hash };
  if (findOnPath("go") === undefined) return undefined;
  const { build } = await import("esbuild");
  await putInPlace(folder, async (next) => {
    mkdirSync(next, { recursive: true });
    await install("SSH program of the command plugin's stand-in", "about 10 s", () =>
      run("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", join(next, "ssh"), "."], {
        cwd: join(root, "standIn/ssh"),
      }),
    );
    const outfile = join(next, "pulumi-resource-command");
    await build({
      entryPoints: [join(root, "standIn/main.ts")],
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      banner: { js: "#!/usr/bin/env node" },
      define: { SSH_PROGRAM: JSON.stringify(join(folder, "ssh")) },
      // The Pulumi SDK asks for TypeScript only to run programs.
      external: ["typescript", "ts-node"],
      logLevel: "error",
    });
    chmodSync(outfile, 0o755);
    writeWhole(join(next, "sources"), hash);
  });
  return { folder, hash };
}

import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { hashOf, putInPlace, readIfThere, writeWhole } from "./files.mjs";
import { cache, root } from "./paths.mjs";

const sources = ["test/support/commandPlugin", "package-lock.json"];

/** The stand-in for the command plugin as a folder with one self-contained executable. */
export async function ensureStandIn() {
  const folder = join(cache, "stand-in");
  const hash = hashOf(root, sources);
  if (readIfThere(join(folder, "sources")) === hash) return { folder, hash };
  const { build } = await import("esbuild");
  await putInPlace(folder, async (next) => {
    mkdirSync(next, { recursive: true });
    const outfile = join(next, "pulumi-resource-command");
    await build({
      entryPoints: [join(root, "test/support/commandPlugin/main.ts")],
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      banner: { js: "#!/usr/bin/env node" },
      // ssh2 does without these native add-ons; the Pulumi SDK asks for TypeScript only to run programs.
      external: ["*.node", "cpu-features", "typescript", "ts-node"],
      logLevel: "error",
    });
    chmodSync(outfile, 0o755);
    writeWhole(join(next, "sources"), hash);
  });
  return { folder, hash };
}

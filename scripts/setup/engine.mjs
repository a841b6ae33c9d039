import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { install, problem } from "./account.mjs";
import { cache, engineVersion, findOnPath, isExecutable, root } from "./paths.mjs";
import { run } from "./run.mjs";

const programs = [
  { name: "pulumi", module: "tools/pulumi", expected: "about 5 minutes on 2 cores, once" },
  { name: "pulumi-language-nodejs", module: "tools/language-nodejs", expected: "about 1 minute, once" },
];

/** `pulumi` and its Node language host: those in PATH, else built here. Returns undefined when neither can be had. */
export async function ensureEngine() {
  const folder = join(cache, `engine-${engineVersion}`);
  const [pulumi, languageHost] = programs.map(({ name }) => findOnPath(name) ?? builtIn(folder, name));
  if (pulumi !== undefined && languageHost !== undefined) return { pulumi, languageHost };
  if (findOnPath("go") === undefined) {
    problem(
      "there is no pulumi, and no go to build it with",
      "install Pulumi (https://www.pulumi.com/docs/install) or Go 1.26 (https://go.dev/dl)",
    );
    return undefined;
  }
  try {
    const missing = programs.filter(
      ({ name }) => findOnPath(name) === undefined && !isExecutable(join(folder, name)),
    );
    // The small one first: when it fails, nobody has waited for the large one.
    for (const program of missing.reverse()) await build(folder, program);
  } catch (error) {
    problem(
      "the engine could not be built",
      "install Pulumi (https://www.pulumi.com/docs/install), or see to the error and run set-up again",
      error,
    );
    return undefined;
  }
  return {
    pulumi: pulumi ?? join(folder, "pulumi"),
    languageHost: languageHost ?? join(folder, "pulumi-language-nodejs"),
  };
}

function builtIn(folder, name) {
  const file = join(folder, name);
  return isExecutable(file) ? file : undefined;
}

async function build(folder, { name, module, expected }) {
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`;
  const scratch = join(cache, `build-${name}`);
  await install(`${name} ${engineVersion}, built from source`, expected, async () => {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    await run("go", ["install", "-trimpath", "-ldflags", `-s -w -X ${version}`, "tool"], {
      cwd: join(root, module),
      env: { GOBIN: scratch },
      progress: `building ${name}`,
    });
    mkdirSync(folder, { recursive: true });
    // Only a finished program gets to where the next run looks for it.
    renameSync(join(scratch, name), join(folder, name));
    rmSync(scratch, { recursive: true, force: true });
  });
}

import { join } from "node:path";
import { problem } from "./account.mjs";
import { buildPrograms } from "./goPrograms.mjs";
import { ensureLanguageHosts } from "./languageHosts.mjs";
import { cache, engineVersion, findOnPath, isExecutable } from "./paths.mjs";

/**
 * `pulumi` and its language hosts: those in PATH, else built here. Returns undefined when they cannot be had.
 *
 * @param hasOtherLanguages whether programs are in others than TypeScript too
 */
export async function ensureEngine({ hasOtherLanguages }) {
  const folder = join(cache, `engine-${engineVersion}`);
  try {
    // The small ones first: when they fail, nobody has waited for the large one.
    const languageHosts = await ensureLanguageHosts(folder, { hasOtherLanguages });
    return { pulumi: findOnPath("pulumi") ?? (await ensureBuilt(folder)), languageHosts };
  } catch (error) {
    const isMissing = findOnPath("go") === undefined;
    problem(
      isMissing ? "there is no pulumi, and no go to build it with" : "the engine could not be built",
      `install Pulumi (https://www.pulumi.com/docs/install), or ${isMissing ? "Go 1.26 (https://go.dev/dl)" : "see to the error and run set-up again"}`,
      isMissing ? undefined : error,
    );
    return undefined;
  }
}

async function ensureBuilt(folder) {
  const pulumi = join(folder, "pulumi");
  if (!isExecutable(pulumi)) {
    await buildPrograms(folder, {
      what: `pulumi ${engineVersion}`,
      module: "tools/pulumi",
      expected: "about 5 minutes on 2 cores, once",
    });
  }
  return pulumi;
}

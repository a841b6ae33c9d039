import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, linkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { problem } from "./account.mjs";
import { hashOf, readIfThere, writeWhole } from "./files.mjs";
import { buildPrograms } from "./goPrograms.mjs";
import { findOnPath, root } from "./paths.mjs";

const languages = ["nodejs", "python", "go", "yaml"];
const sources = ["tools/older-language-hosts", "tools/pulumi"];
const yamlSources = ["tools/language-yaml"];
const executor = "pulumi-language-python-exec";

/**
 * The language hosts by language. Those in PATH, where there is one for Node: they came with a Pulumi. Else they are built,
 * beside `pulumi`, which looks for them there: see tools/pulumi/languageHost.
 */
export async function ensureLanguageHosts(folder, { hasOtherLanguages }) {
  if (findOnPath("pulumi-language-nodejs") === undefined) {
    await ensureBuilt(folder);
    if (hasOtherLanguages) await ensureYamlBuilt(folder);
    return hostsAmong((program) => (existsSync(join(folder, program)) ? join(folder, program) : undefined));
  }
  return hostsAmong(findOnPath);
}

function hostsAmong(find) {
  const hosts = languages.map((language) => [language, find(`pulumi-language-${language}`)]);
  return Object.fromEntries(hosts.filter(([, program]) => program !== undefined));
}

async function ensureBuilt(folder) {
  const stamp = join(folder, "language-hosts");
  const hash = hashOf(root, sources);
  if (readIfThere(stamp) === hash) return;
  await buildOlder(join(folder, "older"));
  await buildPrograms(folder, {
    what: "language host of the tests",
    module: "tools/pulumi",
    expected: "about 1 minute, once",
    packages: ["./languageHost"],
  });
  for (const language of ["nodejs", "python", "go"]) {
    const program = join(folder, `pulumi-language-${language}`);
    rmSync(program, { force: true });
    linkSync(join(folder, "languageHost"), program);
  }
  rmSync(join(folder, "languageHost"));
  writeWhole(stamp, hash);
}

async function ensureYamlBuilt(folder) {
  const stamp = join(folder, "language-yaml");
  const hash = hashOf(root, yamlSources);
  if (readIfThere(stamp) === hash) return;
  try {
    await buildPrograms(folder, {
      what: "pulumi-language-yaml",
      module: "tools/language-yaml",
      expected: "about 2 minutes, once",
    });
    writeWhole(stamp, hash);
  } catch (error) {
    problem("there is no language host for YAML", "see to the error and run set-up again", error);
  }
}

async function buildOlder(folder) {
  const module = "tools/older-language-hosts";
  await buildPrograms(folder, { what: "older language hosts", module, expected: "about 1 minute, once" });
  // What starts Python programs is a script, and comes with the source.
  const source = execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"], {
    cwd: join(root, module),
    encoding: "utf8",
  });
  copyFileSync(join(source.trim(), "python/cmd", executor), join(folder, executor));
}

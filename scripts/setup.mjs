// Installs what the demo, the tests, the check or a bench need and says what it does. Node built-ins only: it is first.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { conclude, problem } from "./setup/account.mjs";
import { ansibleBase, ensureBases, knownBases } from "./setup/bases.mjs";
import { ensureCommandPlugin } from "./setup/commandPlugin.mjs";
import { ensureDebianPackages } from "./setup/debianPackages.mjs";
import { ensureEngine } from "./setup/engine.mjs";
import { writeWhole } from "./setup/files.mjs";
import { ensureGuests } from "./setup/guests.mjs";
import { withLock } from "./setup/lock.mjs";
import { ensureNpmPackages } from "./setup/npmPackages.mjs";
import { cache, pulumiHome } from "./setup/paths.mjs";
import { ensurePythonSdk } from "./setup/pythonSdk.mjs";

const purposes = ["demo", "test", "check", "bench", "fleet", "kernels", "everything"];

const { purpose, bases } = readArguments();
requireNode(20, 17);
try {
  await withLock(() => setUp(purpose, bases));
} catch (error) {
  problem("set-up stopped", "see to the error below, then run it again", error);
  process.exitCode = 1;
}
// Tests and checks skip what is missing and say why; the demo would be of no use.
if (!conclude() && purpose === "demo") process.exitCode = 1;

async function setUp(purpose, bases) {
  await ensureNpmPackages();
  await ensureDebianPackages(purpose);
  if (purpose === "bench") return;
  if (purpose === "kernels") {
    await ensureGuests();
    return;
  }
  await ensureBuild();
  if (purpose === "check") return;
  // The demo and the benches have programs in TypeScript alone.
  const hasOtherLanguages = purpose === "test" || purpose === "everything";
  const engine = await ensureEngine({ hasOtherLanguages });
  const tools = {
    ...(engine && {
      ...engine,
      pulumiHome,
      plugin: await ensureCommandPlugin(engine.pulumi),
      ...(hasOtherLanguages && { pythonSdk: await ensurePythonSdk() }),
    }),
    bases: await ensureBases(bases),
  };
  writeWhole(join(cache, "tools.json"), `${JSON.stringify(tools, undefined, 2)}\n`);
}

async function ensureBuild() {
  const { build } = await import("./build.mjs");
  try {
    await build();
  } catch (error) {
    problem("dist could not be built", "see to the error, then run set-up again", error);
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: { for: { type: "string" }, base: { type: "string", multiple: true } },
  });
  const purpose = values.for ?? "everything";
  const bases = values.base ?? basesFor(purpose);
  if (!purposes.includes(purpose)) fail(`--for: there is no ${purpose}; give one of ${purposes.join(", ")}`);
  const unknown = values.base?.find((base) => !knownBases.includes(base));
  if (unknown !== undefined) fail(`--base: there is no ${unknown}; give one of ${knownBases.join(", ")}`);
  return { purpose, bases };
}

function basesFor(purpose) {
  if (purpose === "fleet") return [ansibleBase];
  return purpose === "demo" ? ["bookworm"] : knownBases;
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`this is Node ${process.versions.node}; install Node ${major}.${minor} or newer (https://nodejs.org)`);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

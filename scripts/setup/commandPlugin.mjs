import { cpSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { install, problem } from "./account.mjs";
import { readIfThere, writeWhole } from "./files.mjs";
import { cache, commandPluginVersion, pulumiHome } from "./paths.mjs";
import { run } from "./run.mjs";
import { ensureStandIn } from "./standIn.mjs";

const program = "pulumi-resource-command";
const folderName = `resource-command-v${commandPluginVersion}`;
const installed = join(pulumiHome, "plugins", folderName);
const marker = join(pulumiHome, "command-plugin.json");
const vendorRefused = join(cache, "vendor-plugin-refused");
const vendorRetryMs = 24 * 60 * 60 * 1000;

/**
 * The command plugin in our Pulumi home: the one that was named, the vendor's, or the stand-in, in this order. Undefined
 * where none can be had.
 */
export async function ensureCommandPlugin(pulumi) {
  const standIn = await ensureStandIn();
  const named = namedFolder();
  if (named !== undefined) return installFolder(pulumi, "named", named, fingerprint(named), standIn);
  if (isInstalled("vendor")) return description("vendor", standIn);
  const persons = personsFolder();
  if (persons !== undefined) return installFolder(pulumi, "vendor", persons, fingerprint(persons), standIn);
  if (await installFromVendor(pulumi)) return description("vendor", standIn);
  if (standIn !== undefined) return installFolder(pulumi, "standIn", standIn.folder, standIn.hash, standIn);
  problem(
    "there is no command plugin, and no go to build its stand-in with",
    `pulumi plugin install resource command ${commandPluginVersion}, or install Go 1.26 (https://go.dev/dl)`,
  );
  return undefined;
}

function namedFolder() {
  const named = process.env.PORTKNOCK_COMMAND_PLUGIN;
  if (named === undefined || named === "") return undefined;
  const folder = statSync(named).isDirectory() ? resolve(named) : dirname(resolve(named));
  if (!existsSync(join(folder, program))) {
    throw new Error(
      `PORTKNOCK_COMMAND_PLUGIN: there is no ${program} in ${folder}; name the program or its folder`,
    );
  }
  return folder;
}

function personsFolder() {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const folder = join(home, "plugins", folderName);
  return home !== pulumiHome && existsSync(join(folder, program)) ? folder : undefined;
}

async function installFromVendor(pulumi) {
  const refused = existsSync(vendorRefused) ? statSync(vendorRefused).mtimeMs : 0;
  if (Date.now() - refused < vendorRetryMs) return false;
  try {
    await install(`command plugin ${commandPluginVersion} from its vendor`, "at most 20 s", () =>
      run(pulumi, ["plugin", "install", "resource", "command", commandPluginVersion], {
        env: environment(),
        timeoutSeconds: 20,
      }),
    );
  } catch {
    writeWhole(vendorRefused, "the vendor's download was refused; it is tried again after a day\n");
    rmSync(installed, { recursive: true, force: true });
    return false;
  }
  remember("vendor", "vendor");
  return true;
}

async function installFolder(pulumi, kind, folder, hash, standIn) {
  if (!isInstalled(kind, hash)) {
    const what = kind === "standIn" ? "stand-in for the command plugin" : `command plugin from ${folder}`;
    await install(what, "a second or two", () => installFile(pulumi, folder));
    remember(kind, hash);
  }
  return description(kind, standIn);
}

async function installFile(pulumi, folder) {
  // Only the program: a folder may hold other things, and the engine copies all it is given.
  const staged = join(cache, "plugin-staged");
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  cpSync(join(folder, program), join(staged, program));
  rmSync(marker, { force: true });
  await run(
    pulumi,
    ["plugin", "install", "resource", "command", commandPluginVersion, "--reinstall", "--file", staged],
    { env: environment() },
  );
  rmSync(staged, { recursive: true, force: true });
}

function environment() {
  return {
    PULUMI_HOME: pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
}

function fingerprint(folder) {
  const { size, mtimeMs } = statSync(join(folder, program));
  return `${folder} ${size} ${mtimeMs}`;
}

function isInstalled(kind, hash) {
  const noted = JSON.parse(readIfThere(marker) ?? "{}");
  const isSame = noted.kind === kind && (hash === undefined || noted.hash === hash);
  return isSame && existsSync(join(installed, program));
}

function remember(kind, hash) {
  writeWhole(marker, JSON.stringify({ kind, hash }));
}

function description(kind, standIn) {
  return { kind, path: join(installed, program), ...(standIn && { standIn: join(standIn.folder, program) }) };
}

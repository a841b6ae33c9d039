import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, problem } from "./account.mjs";
import { putInPlace } from "./files.mjs";
import { cache, findOnPath } from "./paths.mjs";
import { run } from "./run.mjs";

export const knownBases = ["bookworm", "trixie", "bullseye"];

/** What ansible needs on a host, beside what ours have. */
export const ansibleBase = "ansible";

const packages = "systemd,systemd-sysv,dbus,openssh-server,nftables,iproute2,procps,sudo";

/** Root file systems that throwaway hosts are overlaid on, by name. */
export async function ensureBases(names) {
  for (const name of names) {
    if (!existsSync(baseFolder(name))) await makeBase(name);
  }
  return Object.fromEntries(
    [...knownBases, ansibleBase]
      .filter((name) => existsSync(baseFolder(name)))
      .map((name) => [name, baseFolder(name)]),
  );
}

async function makeBase(name) {
  if (process.getuid?.() !== 0) {
    problem(`no ${name} base for throwaway hosts: it takes root`, "run set-up once as root");
    return;
  }
  if (findOnPath("mmdebstrap") === undefined) {
    problem(`no ${name} base for throwaway hosts`, "install mmdebstrap, then run set-up again");
    return;
  }
  try {
    await install(`${name} base for throwaway hosts`, "about a minute, once", () =>
      putInPlace(baseFolder(name), (next) =>
        run("mmdebstrap", ["--variant=minbase", ...contentOf(name), next], { progress: `${name} base` }),
      ),
    );
  } catch (error) {
    problem(`no ${name} base for throwaway hosts`, "see to the error, then run set-up again", error);
  }
}

function contentOf(name) {
  return name === ansibleBase
    ? [`--include=${packages},python3`, "bookworm"]
    : [`--include=${packages}`, name];
}

function baseFolder(name) {
  return join(cache, "bases", name);
}

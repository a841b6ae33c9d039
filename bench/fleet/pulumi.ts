import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LabHost } from "../../lab";
import { engineEnvironment } from "../../test/support/tools";
import type { Contender, Fleet } from "./contender";
import { nextPorts, wantedPolicy, wantedRules } from "./rules";
import { verifyPorts } from "./verify";

const ROOT = resolve(import.meta.dirname, "../..");

/** Ours. */
export function portknock(fleet: Fleet): Promise<Contender> {
  return project("portknock", fleet);
}

/** What every program of two commands a host pays. */
export function bareCommands(fleet: Fleet): Promise<Contender> {
  return project("two commands", fleet);
}

/** A program with nothing in it. */
export function emptyProgram(fleet: Fleet): Promise<Contender> {
  return project("nothing", fleet);
}

async function project(name: string, { lab, hosts, parallel }: Fleet): Promise<Contender> {
  const folder = join(lab.folder, name.replaceAll(" ", "-"));
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "portknock"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(join(folder, "index.js"), readFileSync(join(import.meta.dirname, "program.js"), "utf8"));
  const env = {
    ...engineEnvironment(state, "correct horse"),
    SSH_AUTH_SOCK: "",
    WANTED: join(folder, "wanted.json"),
  };
  const pulumi = async (args: readonly string[]): Promise<void> => {
    await lab.operator.run(["pulumi", "--non-interactive", "--color=never", ...args], {
      cwd: folder,
      env,
      timeoutSeconds: 600,
    });
  };
  let openPorts: readonly string[] = ["80"];
  const write = (): void =>
    writeFileSync(
      env.WANTED,
      JSON.stringify({
        name,
        hosts: Object.fromEntries(
          hosts.map((host) => [host.name, { host: host.address4, hostKey: host.hostKey }]),
        ),
        privateKey: lab.privateKey,
        policy: wantedPolicy(lab, openPorts),
        rules: wantedRules(lab, openPorts),
      }),
      { mode: 0o600 },
    );
  await pulumi(["stack", "init", "bench"]);
  write();
  const operate = (operation: "up" | "destroy"): Promise<void> =>
    pulumi([operation, "--yes", "--skip-preview", "--parallel", `${parallel}`, "--stack", "bench"]);
  return {
    name,
    bring: () => operate("up"),
    change: async () => {
      openPorts = nextPorts(openPorts);
      write();
    },
    ...(name === "portknock" && {
      drift: async (host: LabHost) => {
        await host.run("nft delete table inet portknock");
      },
    }),
    verify: () => verifyPorts(hosts, openPorts),
    remove: () => operate("destroy"),
  };
}

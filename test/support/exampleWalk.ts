import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Lab, LabHost, RunResult, Station } from "../../lab";
import { runCommand } from "../../lab/runCommand";
import { type Place, type ReadmeStep, readmeSteps } from "./readmeSteps";
import { engineEnvironment } from "./tools";

const ROOT = resolve(__dirname, "../..");

/** What an example is tried on. */
export interface WalkScene {
  readonly lab: Lab;
  /** Where the commands for a host are typed. */
  readonly host: LabHost;
  /** In no `allow`: who knocks. */
  readonly client: Station;
  /** The package, packed. */
  readonly tarball: string;
}

export interface WalkOptions {
  /** What is another here than in the README, wherever it is written there: the addresses. */
  readonly replaced: Readonly<Record<string, string>>;
  /** What a person types whom commands ask, in their order: the command as it is written, without its comment, and text. */
  readonly typed: readonly (readonly [command: string, text: string])[];
}

/** Somebody who follows a README, command by command. */
export interface Walk {
  /** Runs on up to and with the next command that begins so, and gives what that one said. */
  until(beginning: string): Promise<RunResult>;
  toTheEnd(): Promise<void>;
}

/**
 * Begins to follow a README of the repository in an empty folder, beside a clone in which the package was packed. Only
 * what `replaced` says is another than what is written.
 */
export function startWalk(readme: string, scene: WalkScene, { replaced, typed }: WalkOptions): Walk {
  const { lab, host, client, tarball } = scene;
  const desk = join(lab.folder, `desk-${readme.replaceAll(/\W+/g, "-")}`);
  const clone = join(desk, "pulumi-portknock");
  for (const folder of ["examples", "templates"].filter((name) => existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, folder), join(clone, folder), { recursive: true });
  }
  cpSync(tarball, join(clone, "pulumi-portknock-0.0.0.tgz"));
  const state = join(desk, ".state");
  mkdirSync(state);
  const env = environment(lab, desk, state);
  // What a terminal would be asked for comes from a pipe.
  const table = {
    "portknock knock": "portknock knock --sequence-file -",
    "~/.ssh/id_ed25519": lab.privateKeyPath,
    ...replaced,
  };
  const here = (text: string): string =>
    Object.entries(table).reduce((written, [from, to]) => written.replaceAll(from, to), text);
  const steps = [...readmeSteps(readFileSync(join(ROOT, readme), "utf8"))];
  const answers = [...typed];
  let folder = desk;

  const onHere = (run: Station["run"], script: string, input: string, own = env): Promise<RunResult> =>
    run(["bash", "-c", script], { cwd: folder, env: own, input, check: false, timeoutSeconds: 120 });
  const stations: Readonly<Record<Place, (script: string, input: string) => Promise<RunResult>>> = {
    // The lab has no way to npm's registry, and the engine's npm does nothing.
    deployer: (script, input) =>
      isInstall(script)
        ? onHere(runCommand, script, input, { ...env, PATH: process.env["PATH"] ?? "" })
        : onHere(lab.operator.run, script, input),
    client: (script, input) => onHere(client.run, script, input),
    host: (script, input) => host.run(script, { input, check: false }),
  };

  const take = async ({ place, command, input = "", seen }: ReadmeStep): Promise<RunResult> => {
    const bare = command.replace(/ +#.*$/, "");
    const answer = answers[0]?.[0] === bare ? answers.shift()?.[1] : undefined;
    const whereabouts = join(desk, ".folder");
    const script =
      place === "host" ? command : `${here(command)}\nstatus=$?; pwd >${whereabouts}; exit $status`;
    const result = await stations[place](script, here(answer ?? input));
    if (place !== "host") folder = readFileSync(whereabouts, "utf8").trimEnd();
    const said = `${result.stdout}${result.stderr}`;
    const lines = new Set(said.split("\n").map((line) => line.trim()));
    const unseen = seen.filter((line) => !lines.has(here(line.trim())));
    if (result.exitCode !== 0 || unseen.length > 0) {
      throw new Error(
        [
          `${readme}: ${bare}: exit code ${result.exitCode}`,
          ...unseen.map((line) => `not seen: ${line}`),
          said,
        ].join("\n"),
      );
    }
    return result;
  };

  return {
    async until(beginning) {
      for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
        const result = await take(step);
        if (step.command.startsWith(beginning)) return result;
      }
      throw new Error(`${readme} has no further command: ${beginning}`);
    },
    async toTheEnd() {
      for (const step of steps.splice(0)) await take(step);
      if (answers.length > 0) throw new Error(`${readme} asks nothing more: ${answers[0]?.[0]}`);
    },
  };
}

function isInstall(script: string): boolean {
  return /^npm install\b/.test(script);
}

/** Of somebody with a backend, a passphrase, and an ssh that knows his key. */
function environment(lab: Lab, desk: string, state: string): Record<string, string> {
  const tools = join(desk, ".bin");
  mkdirSync(tools);
  const ssh = join(tools, "ssh");
  const settings = ["BatchMode=yes", "ConnectTimeout=3", "StrictHostKeyChecking=accept-new"];
  const words = [...settings, `UserKnownHostsFile=${join(desk, ".known_hosts")}`].map((each) => `-o ${each}`);
  writeFileSync(
    ssh,
    `#!/bin/sh\nexec /usr/bin/ssh -F /dev/null -i ${lab.privateKeyPath} ${words.join(" ")} "$@"\n`,
  );
  chmodSync(ssh, 0o755);
  const engine = engineEnvironment(state, "correct horse");
  return {
    ...engine,
    PATH: [tools, engine["PATH"]].join(delimiter),
    SSH_AUTH_SOCK: "",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    NO_COLOR: "1",
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
}

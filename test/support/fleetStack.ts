import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Lab, LabHost, RunResult } from "../../lab";
import type { RunningProcess } from "../../lab/startProcess";
import { engineEnvironment } from "./tools";

const ROOT = resolve(__dirname, "../..");

/** What a stack's configuration says, as the fleet program reads it. */
export interface FleetConfig {
  readonly hosts: readonly LabHost[];
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly groups?: Readonly<Record<string, DifferenceConfig & { readonly hosts: readonly string[] }>>;
  /** Host → what it has of its own. */
  readonly own?: Readonly<Record<string, DifferenceConfig>>;
  readonly baseline?: object;
  readonly knockers?: Readonly<
    Record<
      string,
      { readonly services: readonly string[]; readonly until?: string; readonly token?: boolean }
    >
  >;
  readonly deployer?: string;
  readonly sequences: Readonly<Record<string, string>>;
  readonly tokens?: Readonly<Record<string, string>>;
  readonly derive?: string;
  readonly allow?: readonly string[];
  readonly openPorts?: readonly string[];
  readonly rollbackTimeout?: string;
  readonly rollout?: { readonly canaries?: readonly string[]; readonly batch?: number };
  readonly probe?: boolean | string;
  /** Fields of every host's connection, over the lab's own. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

interface DifferenceConfig {
  readonly services?: readonly string[];
  readonly allow?: readonly string[];
  readonly openPorts?: readonly string[];
  readonly exceptNetworks?: readonly string[];
  readonly openPortsFrom?: readonly object[];
}

interface ServiceConfig {
  readonly ports: readonly string[];
  readonly knockTimeout?: string;
  readonly accessWindow?: string;
}

/** Who starts the program: the CLI, or the Automation API inside a process of somebody else. */
export type ProgramKind = "CLI" | "inline";

export const PROGRAM_KINDS: readonly ProgramKind[] = ["CLI", "inline"];

/** A stack of the root project, run by the real engine from the operator's side. */
export interface FleetStack {
  readonly name: string;
  /** The project's folder: the root's own files, with this stack's configuration beside them. */
  readonly folder: string;
  configure(config: FleetConfig): Promise<void>;
  /** Gives the project a program of its own, in JavaScript, instead of the fleet's; or another text of it. */
  writeProgram(text: string): void;
  /** The CLI, whatever starts the program otherwise. */
  pulumi(args: readonly string[], options?: StackRunOptions): Promise<RunResult>;
  up(options?: StackRunOptions): Promise<RunResult>;
  preview(options?: StackRunOptions): Promise<RunResult>;
  destroy(options?: StackRunOptions): Promise<RunResult>;
  /** Starts the CLI and leaves it to itself, to be disturbed. */
  start(args: readonly string[]): Promise<RunningProcess>;
}

export interface StackRunOptions {
  readonly args?: readonly string[];
  readonly check?: boolean;
}

type Operation = "up" | "preview" | "destroy";
type Operate = (operation: Operation, options?: StackRunOptions) => Promise<RunResult>;

const UNASKED = ["--yes", "--skip-preview"];
const CLI_FLAGS: Readonly<Record<Operation, readonly string[]>> = {
  up: UNASKED,
  preview: [],
  destroy: UNASKED,
};
const TSX = join(ROOT, "node_modules/tsx/dist/loader.mjs");
const PASSPHRASE = "correct horse";

/** Makes a stack with a state of its own. Several may share a lab. */
export async function createFleetStack(
  lab: Lab,
  name: string,
  kind: ProgramKind = "CLI",
): Promise<FleetStack> {
  const folder = join(lab.folder, `stack-${name}`);
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  for (const file of ["examples", "node_modules", "package.json", "tsconfig.json"]) {
    symlinkSync(join(ROOT, file), join(folder, file));
  }
  copyFileSync(join(ROOT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  const env = { ...engineEnvironment(state, PASSPHRASE), SSH_AUTH_SOCK: "" };

  const run = (
    command: readonly string[],
    { args = [], check = true, input }: StackRunOptions & { input?: string } = {},
  ): Promise<RunResult> =>
    lab.operator.run([...command, ...args], {
      cwd: folder,
      env,
      timeoutSeconds: 240,
      check,
      ...(input !== undefined && { input }),
    });
  const pulumi = (
    args: readonly string[],
    options: StackRunOptions & { input?: string } = {},
  ): Promise<RunResult> => run(["pulumi", "--non-interactive", "--color=never", ...args], options);
  const operate: Record<ProgramKind, Operate> = {
    CLI: (operation, options) => pulumi([operation, "--stack", name, ...CLI_FLAGS[operation]], options),
    inline: (operation, options) =>
      run(["node", "--import", TSX, join(__dirname, "inlineProgram.ts"), operation, name], options),
  };

  await pulumi(["stack", "init", name]);
  const salt = readFileSync(join(folder, `Pulumi.${name}.yaml`), "utf8");

  return {
    name,
    folder,
    pulumi,
    async configure(config) {
      // A Pulumi.<stack>.yaml may be JSON below its salt.
      writeFileSync(
        join(folder, `Pulumi.${name}.yaml`),
        `${salt}config: ${JSON.stringify(plainConfig(config))}\n`,
      );
      await pulumi(["config", "set", "--secret", "privateKey"], { input: lab.privateKey });
      await pulumi(["config", "set", "--secret", "sequences"], { input: JSON.stringify(config.sequences) });
      if (config.derive !== undefined) {
        await pulumi(["config", "set", "--secret", "derive"], { input: config.derive });
      }
      if (config.tokens !== undefined) {
        await pulumi(["config", "set", "--secret", "tokens"], { input: JSON.stringify(config.tokens) });
      }
    },
    writeProgram(text) {
      mkdirSync(join(folder, "program"), { recursive: true });
      writeFileSync(join(folder, "program/index.js"), text);
      writeFileSync(
        join(folder, "Pulumi.yaml"),
        "name: portknock-fleet\nruntime: nodejs\nmain: program/index.js\n",
      );
    },
    up: (options) => operate[kind]("up", options),
    preview: (options) => operate[kind]("preview", options),
    destroy: (options) => operate[kind]("destroy", options),
    start: (args) =>
      lab.operator.spawn(["pulumi", ...args, "--stack", name, "--non-interactive", "--color=never"], {
        cwd: folder,
        env,
      }),
  };
}

function plainConfig({
  hosts,
  services,
  groups,
  own: ofHosts,
  baseline,
  knockers,
  deployer,
  allow,
  openPorts,
  rollbackTimeout,
  rollout,
  probe,
  connection,
}: FleetConfig): object {
  const own = {
    hosts: Object.fromEntries(
      hosts.map((host) => [
        host.name,
        {
          host: host.address4,
          hostKey: host.hostKey,
          perDialTimeout: 3,
          own: ofHosts?.[host.name],
          ...connection,
        },
      ]),
    ),
    services,
    groups,
    baseline,
    knockers,
    deployer,
    allow,
    openPorts,
    rollbackTimeout,
    rollout,
  };
  return {
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`portknock-fleet:${key}`, value])),
    "portknock:probe": probe,
  };
}

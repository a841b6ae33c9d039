import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Lab, LabHost, RunResult } from "./lab";
import { engineEnvironment } from "./tools";

const ROOT = resolve(__dirname, "../..");

/** What a stack's configuration says, as the fleet program reads it. */
export interface FleetConfig {
  readonly hosts: readonly LabHost[];
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly sequences: Readonly<Record<string, string>>;
  readonly allow?: readonly string[];
  readonly openPorts?: readonly string[];
  readonly rollbackTimeout?: string;
  readonly probe?: boolean;
  /** Fields of every host's connection, over the lab's own. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

interface ServiceConfig {
  readonly ports: readonly string[];
  readonly knockTimeout?: string;
  readonly accessWindow?: string;
}

/** A stack of the root project, run by the real CLI from the operator's side. */
export interface FleetStack {
  readonly name: string;
  /** The project's folder: the root's own files, with this stack's configuration beside them. */
  readonly folder: string;
  configure(config: FleetConfig): Promise<void>;
  pulumi(args: readonly string[], options?: StackRunOptions): Promise<RunResult>;
  up(options?: StackRunOptions): Promise<RunResult>;
  preview(options?: StackRunOptions): Promise<RunResult>;
  destroy(options?: StackRunOptions): Promise<RunResult>;
}

export interface StackRunOptions {
  readonly args?: readonly string[];
  readonly check?: boolean;
}

const PASSPHRASE = "correct horse";

/** Makes a stack with a state of its own. Several may share a lab. */
export async function createFleetStack(lab: Lab, name: string): Promise<FleetStack> {
  const folder = join(lab.folder, `stack-${name}`);
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  for (const file of ["examples", "node_modules", "package.json", "tsconfig.json"]) {
    symlinkSync(join(ROOT, file), join(folder, file));
  }
  copyFileSync(join(ROOT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  const env = { ...engineEnvironment(state, PASSPHRASE), SSH_AUTH_SOCK: "" };

  const pulumi = (
    args: readonly string[],
    options: StackRunOptions & { input?: string } = {},
  ): Promise<RunResult> =>
    lab.operator.run(["pulumi", ...args, ...(options.args ?? []), "--non-interactive", "--color=never"], {
      cwd: folder,
      env,
      timeoutSeconds: 240,
      check: options.check ?? true,
      ...(options.input !== undefined && { input: options.input }),
    });

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
    },
    up: (options) => pulumi(["up", "--yes", "--skip-preview", "--stack", name], options),
    preview: (options) => pulumi(["preview", "--stack", name], options),
    destroy: (options) => pulumi(["destroy", "--yes", "--skip-preview", "--stack", name], options),
  };
}

function plainConfig({
  hosts,
  services,
  allow,
  openPorts,
  rollbackTimeout,
  probe,
  connection,
}: FleetConfig): object {
  const own = {
    hosts: Object.fromEntries(
      hosts.map((host) => [
        host.name,
        { host: host.address4, hostKey: host.hostKey, perDialTimeout: 3, ...connection },
      ]),
    ),
    services,
    allow,
    openPorts,
    rollbackTimeout,
  };
  return {
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`portknock-fleet:${key}`, value])),
    "portknock:probe": probe,
  };
}

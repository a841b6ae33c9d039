import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { engineEnvironment, putEngineOnPath } from "./tools";

/** Commands by resource name. */
export type Commands = Readonly<Record<string, remote.CommandArgs>>;

export interface Outcome {
  /** The step of each resource: create, update, replace, same, … */
  readonly steps: Readonly<Record<string, string>>;
  /** How many resources had which step, as the engine counts them. */
  readonly changes: Readonly<Record<string, number>>;
  /** What was said about errors. */
  readonly errors: string;
}

/** A stack of commands under the real engine, with a given command plugin and a state of its own. */
export interface CommandStack {
  /** Gone once the stack is discarded. */
  readonly folder: string;
  readonly preview: (commands: Commands) => Promise<Outcome>;
  /** Goes on with the other resources when one fails, and does not reject then. */
  readonly up: (commands: Commands) => Promise<Outcome>;
  readonly refresh: () => Promise<Outcome>;
  readonly destroy: () => Promise<Outcome>;
  /** The recorded state as one line of JSON, secrets encrypted. */
  readonly state: () => string;
  readonly discard: () => void;
}

export async function commandStack(plugin: string): Promise<CommandStack> {
  const folder = mkdtempSync(join(tmpdir(), "portknock-stack-"));
  const discard = () => rmSync(folder, { recursive: true, force: true });
  try {
    return await stackIn(folder, plugin, discard);
  } catch (error) {
    discard();
    throw error;
  }
}

async function stackIn(folder: string, plugin: string, discard: () => void): Promise<CommandStack> {
  const installed = join(folder, "home/plugins/resource-command-v1.2.1");
  mkdirSync(installed, { recursive: true });
  mkdirSync(join(folder, "state"));
  symlinkSync(plugin, join(installed, "pulumi-resource-command"));
  putEngineOnPath();
  let wanted: Commands = {};
  const stack = await LocalWorkspace.createStack(
    { stackName: "contract", projectName: "contract", program: async () => declare(wanted) },
    {
      workDir: folder,
      envVars: {
        ...engineEnvironment(join(folder, "state"), "contract"),
        PULUMI_HOME: join(folder, "home"),
        // The plugin inherits it, and an agent of the person who runs the tests is none of theirs.
        SSH_AUTH_SOCK: "",
      },
    },
  );
  // The Automation API exports a state with its secrets shown, so what is stored is read from the file.
  const stateFile = join(folder, "state/.pulumi/stacks/contract/contract.json");
  return {
    folder,
    preview: (commands) => {
      wanted = commands;
      return observe((onEvent) => stack.preview({ onEvent }));
    },
    up: (commands) => {
      wanted = commands;
      return observe((onEvent) => stack.up({ onEvent, continueOnError: true }));
    },
    refresh: () => observe((onEvent) => stack.refresh({ onEvent })),
    destroy: () => observe((onEvent) => stack.destroy({ onEvent, continueOnError: true })),
    state: () => JSON.stringify(JSON.parse(readFileSync(stateFile, "utf8"))),
    discard,
  };
}

function declare(commands: Commands): void {
  for (const [name, args] of Object.entries(commands)) new remote.Command(name, args);
}

async function observe(
  operate: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Outcome> {
  const steps: Record<string, string> = {};
  const errors: string[] = [];
  let changes: Readonly<Record<string, number>> = {};
  const note = ({ resourcePreEvent: step, diagnosticEvent: message, summaryEvent: summary }: EngineEvent) => {
    changes = summary?.resourceChanges ?? changes;
    const { urn, op, type } = step?.metadata ?? {};
    if (urn !== undefined && op !== undefined && type === "command:remote:Command") {
      const name = urn.split("::").slice(3).join("::");
      // A replacement is announced by its parts too: creating, then deleting.
      steps[name] ??= op;
    }
    if (message?.severity === "error") errors.push(message.message);
  };
  // A failed resource is an outcome; anything else that goes wrong shows in the steps not being there.
  await operate(note).catch((error: Error) => errors.push(error.message));
  return { steps, changes, errors: errors.join("\n") };
}

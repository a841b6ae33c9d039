import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Lab, RunResult } from "../../lab";
import { engineEnvironment } from "./tools";

const ROOT = resolve(__dirname, "../..");

/** A stack of one of the example programs, run by the real CLI from the operator's side. */
export interface ExampleStack {
  /** Of the program, in a repository of its own. */
  readonly folder: string;
  pulumi(args: readonly string[], options?: { input?: string; check?: boolean }): Promise<RunResult>;
  up(): Promise<RunResult>;
  /** Its exit code is not 0 where an `up` would change something. */
  previewNoChanges(): Promise<RunResult>;
  destroy(): Promise<RunResult>;
}

export interface ExampleConfig {
  readonly plain: Readonly<Record<string, string>>;
  /** Lists, by key. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  readonly secret: Readonly<Record<string, string>>;
}

/** Makes a stack of `examples/<example>` with a state of its own. */
export async function createExampleStack(
  lab: Lab,
  example: string,
  config: ExampleConfig,
): Promise<ExampleStack> {
  const checkout = join(lab.folder, `checkout-${example}`);
  const folder = linkedExample(checkout, example);
  const state = join(checkout, "state");
  mkdirSync(state);
  const env = { ...engineEnvironment(state, "correct horse"), SSH_AUTH_SOCK: "" };
  const pulumi = (args: readonly string[], options: { input?: string; check?: boolean } = {}) =>
    lab.operator.run(["pulumi", ...args, "--non-interactive", "--color=never"], {
      cwd: folder,
      env,
      timeoutSeconds: 120,
      ...options,
    });

  await pulumi(["stack", "init", "dev"]);
  await pulumi(["config", "set-all", ...plainWords(config)]);
  for (const [key, input] of Object.entries(config.secret)) {
    await pulumi(["config", "set", "--secret", key], { input });
  }
  return {
    folder,
    pulumi,
    up: () => pulumi(["up", "--yes", "--skip-preview"]),
    previewNoChanges: () => pulumi(["preview", "--expect-no-changes"], { check: false }),
    destroy: () => pulumi(["destroy", "--yes", "--skip-preview"]),
  };
}

/** What a program of any language needs of it. */
const REPOSITORY = ["PulumiPlugin.yaml", "dist", "node_modules", "package.json", "schema", "tsconfig.json"];

/** The repository with this example alone, all of it linked: the stack's settings must not land in the repository. */
function linkedExample(checkout: string, example: string): string {
  const folder = join(checkout, "examples", example);
  mkdirSync(folder, { recursive: true });
  for (const file of REPOSITORY) {
    symlinkSync(join(ROOT, file), join(checkout, file));
  }
  for (const file of readdirSync(join(ROOT, "examples", example))) {
    const link = file === "Pulumi.yaml" ? copyFileSync : symlinkSync;
    link(join(ROOT, "examples", example, file), join(folder, file));
  }
  return folder;
}

function plainWords({ plain, lists = {} }: ExampleConfig): readonly string[] {
  const settings = [
    ...Object.entries(plain),
    ...Object.entries(lists).flatMap(([key, items]) =>
      items.map((item, index): [string, string] => [`${key}[${index}]`, item]),
    ),
  ];
  return ["--path", ...settings.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`])];
}

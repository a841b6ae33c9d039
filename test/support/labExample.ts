import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLab, type Lab, type LabHost } from "../../lab";
import { createExampleStack, type ExampleStack } from "./exampleStack";

const ROOT = resolve(__dirname, "../..");

/** A host that an example program guards. */
export interface LabExample {
  readonly lab: Lab;
  readonly host: LabHost;
  readonly stack: ExampleStack;
}

export interface LabExampleOptions {
  readonly sshSequence: string;
  /** Lists of the stack's configuration, by key. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** The way to the host for the deployer. @default its own address */
  readonly prepare?: (lab: Lab, host: LabHost) => Promise<{ readonly address: string }>;
}

/** The lab's own networks, which are private: martians, unless they are excepted. */
export const LAB_NETWORKS = ["10.77.0.0/16", "fd77::/32"];

/** Boots a host and runs the example's `pulumi up` against it. */
export async function createLabExample(
  example: string,
  { sshSequence, lists, prepare }: LabExampleOptions,
): Promise<LabExample> {
  const lab = await createLab();
  try {
    const host = await lab.addHost("server");
    const way = await prepare?.(lab, host);
    const stack = await createExampleStack(lab, example, {
      plain: { host: way?.address ?? host.address4, hostKey: host.hostKey },
      lists,
      secret: { privateKey: lab.privateKey, sshSequence },
    });
    await stack.up();
    return { lab, host, stack };
  } catch (error) {
    await lab.dispose();
    throw error;
  }
}

/**
 * What a golden policy compiles to once the lab's addresses are in it: with the build that the program uses, so that
 * a difference is one of values.
 */
export async function goldenRuleset(
  lab: Lab,
  name: string,
  lists: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const golden = JSON.parse(readFileSync(join(ROOT, "test/golden", name, "policy.json"), "utf8"));
  const { allow = [], baseline } = golden;
  const withLab = {
    ...golden,
    allow: [...allow, ...(lists["allow"] ?? [])],
    baseline: {
      ...baseline,
      exceptNetworks: [...(baseline.exceptNetworks ?? []), ...(lists["exceptNetworks"] ?? [])],
    },
  };
  const file = join(lab.folder, "policy.json");
  writeFileSync(file, JSON.stringify(withLab));
  const command = [process.execPath, join(ROOT, "dist/cli/main.js"), "render", file];
  return (await lab.operator.run(command)).stdout;
}

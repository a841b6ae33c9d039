import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../lab";
import type { ExampleStack } from "./exampleStack";
import { engine } from "./tools";

/** Why YAML programs cannot run here, or undefined when they can. Call it where `engineProblem` had nothing to say. */
export function yamlProblem(): string | undefined {
  return engine().languageHosts.yaml === undefined
    ? "no language host for YAML: npm run setup says what is missing"
    : undefined;
}

/** The same of Python programs. */
export function pythonProblem(): string | undefined {
  const { pythonSdk, languageHosts } = engine();
  return pythonSdk === undefined || languageHosts.python === undefined
    ? "no Python for Pulumi: npm run setup says what is missing"
    : undefined;
}

/** Gives a program what `pulumi install` gives it, without asking the network: the package's SDK, and a place to run. */
export async function installPython(lab: Lab, { folder, pulumi }: ExampleStack): Promise<void> {
  const { pythonSdk = "" } = engine();
  const run = async (...command: string[]): Promise<string> =>
    (await lab.operator.run(command, { cwd: folder })).stdout.trim();
  await pulumi(["package", "gen-sdk", "../..", "--language", "python", "--out", "sdks"]);
  await run(join(pythonSdk, "bin/python"), "-m", "venv", "--without-pip", "venv");
  const packagesOf = (python: string): Promise<string> =>
    run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))");
  // What is installed there is found here too.
  appendFileSync(
    join(await packagesOf("venv/bin/python"), "pulumi.pth"),
    `${await packagesOf(join(pythonSdk, "bin/python"))}\n`,
  );
  const offline = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"];
  await run("venv/bin/python", "-m", "pip", "install", ...offline, "sdks/python");
}

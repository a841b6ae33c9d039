import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type RunResult, runCommand } from "../../lab/runCommand";

const ROOT = resolve(__dirname, "../..");

/** How a program finds packages: what its own package is, and what its compiler is told. */
const PROGRAMS = {
  commonjs: { type: "commonjs", module: "commonjs", moduleResolution: "node10" },
  esm: { type: "module", module: "nodenext", moduleResolution: "nodenext" },
  bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
} as const;

/** Whether npm can ask its registry here. */
export async function hasRegistry(): Promise<boolean> {
  const asked = ["npm", "view", "typescript", "name", "--fetch-retries=0", "--fetch-timeout=10000"];
  const { exitCode } = await runCommand(asked, { check: false, cwd: ROOT });
  return exitCode === 0;
}

/** The repository as it is now, committed or not, with nothing of what set-up made. */
export async function cloneRepository(folder: string): Promise<void> {
  const list = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await runCommand(list, { cwd: ROOT });
  for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  const settings = ["user.name=test", "user.email=test@example.com", "commit.gpgsign=false"];
  const git = (...args: string[]): Promise<RunResult> =>
    runCommand(["git", ...settings.flatMap((each) => ["-c", each]), ...args], { cwd: folder });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "as it is");
}

/** A package with three programs in it, whose compilers and Node find what is installed there. */
export function makeConsumer(folder: string, manifest: object): void {
  for (const [kind, { type, ...compilerOptions }] of Object.entries(PROGRAMS)) {
    const strict = { target: "es2022", strict: true, skipLibCheck: false, types: ["node"] };
    const tsconfig = { compilerOptions: { ...compilerOptions, ...strict }, files: ["program.ts"] };
    cpSync(join(ROOT, "test/package/program.ts"), join(folder, kind, "program.ts"));
    writeJson(join(folder, kind, "tsconfig.json"), tsconfig);
    writeJson(join(folder, kind, "package.json"), { type });
  }
  writeJson(join(folder, "package.json"), { private: true, ...manifest });
}

/** Installs what a consumer asks for, and more. */
export async function install(folder: string, specs: readonly string[] = []): Promise<void> {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", ...specs];
  const { exitCode, stderr } = await npm(folder, ...args);
  if (exitCode !== 0) {
    throw new Error(`npm ${args.join(" ")}: exit code ${exitCode}\n${stderr}`);
  }
}

/** Runs npm as a person does who has no Pulumi: a package's install script would have it download a plugin. */
export function npm(folder: string, ...args: string[]): Promise<RunResult> {
  const pulumi = join(folder, ".no-pulumi/pulumi");
  mkdirSync(join(pulumi, ".."), { recursive: true });
  writeFileSync(pulumi, "#!/bin/sh\nexit 0\n");
  chmodSync(pulumi, 0o755);
  const env = {
    PATH: [join(pulumi, ".."), process.env["PATH"]].join(delimiter),
    // From version 12 on npm takes nothing from git unless it is told to.
    npm_config_allow_git: "all",
  };
  return runCommand(["npm", ...args], { cwd: folder, env, check: false, timeoutSeconds: 240 });
}

/** What the program prints, by how it finds packages: compiled, all declarations checked, and run. */
export async function outputsOfPrograms(folder: string, node = "node"): Promise<Record<string, string>> {
  const outputs: [string, string][] = [];
  for (const kind of Object.keys(PROGRAMS)) {
    const cwd = join(folder, kind);
    await runCommand([join(ROOT, "node_modules/.bin/tsc"), "-p", "."], { cwd });
    outputs.push([kind, (await runCommand([node, "program.js"], { cwd })).stdout]);
  }
  return Object.fromEntries(outputs);
}

function writeJson(file: string, content: object): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

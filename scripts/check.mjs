// The gate before the tests: format, lint, circular imports, types, unused exports, documentation, shell scripts,
// the package.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findOnPath, root } from "./setup/paths.mjs";

const hostFolder = "components/remote/host";
const bin = (name) => join(root, "node_modules/.bin", name);

/** Runs every step, however many fail, and says one line about each. */
export function check() {
  const counts = { passed: 0, failed: 0, skipped: 0, reasons: [] };
  const scratch = mkdtempSync(join(tmpdir(), "portknock-check-"));
  try {
    for (const step of steps(scratch)) {
      const outcome = report(step);
      counts[outcome] += 1;
      if (outcome === "skipped") counts.reasons.push(`${step.name}: ${step.skip}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return counts;
}

function steps(scratch) {
  return [
    { name: "format, lint, circular imports", program: bin("biome"), args: ["check", "."] },
    { name: "types", program: bin("tsc"), args: ["--noEmit"] },
    { name: "types of the tests", program: bin("tsc"), args: ["--noEmit", "-p", "test"] },
    { name: "unused exports and dependencies", program: bin("knip"), args: ["--no-progress"] },
    { name: "documentation", program: process.execPath, args: ["--import", "tsx", "site/main.ts"] },
    ...shellcheckSteps(),
    ...packageSteps(scratch),
  ];
}

/** What npm would publish of the dist that is there. */
function packageSteps(scratch) {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const tarball = join(scratch, `${name}-${version}.tgz`);
  const pack = ["pack", "--ignore-scripts", "--pack-destination", scratch];
  return [
    { name: "package", program: "npm", args: pack },
    { name: "fields of the package", program: bin("publint"), args: ["run", tarball, "--strict"] },
    {
      name: "types of the package, however a program finds them",
      program: bin("attw"),
      args: [tarball, "--no-definitely-typed", "--no-color"],
    },
  ];
}

function shellcheckSteps() {
  const program = findOnPath("shellcheck");
  const skip = program === undefined ? { skip: "no shellcheck: apt-get install shellcheck" } : {};
  return [
    { name: "shell scripts", program, args: shellScripts(), ...skip },
    { name: "host script", program, args: ["-"], input: hostScript(), ...skip },
  ];
}

function shellScripts() {
  const known = spawnSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "*.sh", ".ci/run"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const isPart = (file) => file.startsWith(`${hostFolder}/`);
  return known.stdout
    .split("\n")
    .filter((file) => file !== "" && !isPart(file) && existsSync(join(root, file)));
}

/** Its parts use what others define, so they are looked at as one, with the part that runs something last. */
function hostScript() {
  const files = readdirSync(join(root, hostFolder)).filter((file) => file !== "main.sh");
  return [...files, "main.sh"].map((file) => readFileSync(join(root, hostFolder, file), "utf8")).join("\n");
}

function report({ name, program, args, input, skip }) {
  if (skip !== undefined) {
    console.log(`check: ${name}: skipped, ${skip}`);
    return "skipped";
  }
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) {
    console.log(`check: ${name}: ok`);
    return "passed";
  }
  console.log(`check: ${name}: failed`);
  console.log(error === undefined ? `${stdout}${stderr}`.trimEnd() : error.message);
  return "failed";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href && check().failed > 0) process.exitCode = 1;

// Makes a release of the version that package.json has: checks, dates the changelog, keeps the package for the next
// version's update test, commits, tags, and begins the next version. It publishes and pushes nothing.
//
//   npm run release [-- --dry-run]
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findReleaseProblems, nextMinor, readChangelog } from "./releaseProblems.mjs";
import { root } from "./setup/paths.mjs";

const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });
const isDryRun = values["dry-run"];
const changelogFile = join(root, "CHANGELOG.md");
const releasedFolder = join(root, "test/released");

if (!release()) process.exitCode = 1;

function release() {
  const { name, version } = JSON.parse(read("package.json"));
  const problems = findReleaseProblems({
    version,
    changelog: readFileSync(changelogFile, "utf8"),
    changed: output("git", "status", "--porcelain"),
    tags: output("git", "tag").split("\n"),
    documents: Object.fromEntries(documents().map((file) => [file, read(file)])),
  });
  for (const problem of problems) console.error(`release: ${problem}`);
  if (problems.length > 0) return false;

  console.log(`release: ${name} ${version}: version, changelog and documents agree`);
  if (!succeeds("npm", "test")) return false;
  return isDryRun ? tryPack(name, version) : packDated(name, version) && commit(name, version);
}

function tryPack(name, version) {
  const isFine = pack(() => {});
  if (isFine) {
    console.log(
      `release: ${name}-${version}.tgz is fine; nothing was changed. Without --dry-run this releases it`,
    );
  }
  return isFine;
}

/** The package has the changelog in it. Where it cannot be packed, nothing has changed. */
function packDated(name, version) {
  const changelog = readFileSync(changelogFile, "utf8");
  dateChangelog(changelog, version);
  const tarball = `${name}-${version}.tgz`;
  const isFine = pack((folder) => keep(join(folder, tarball), tarball));
  if (!isFine) writeFileSync(changelogFile, changelog);
  return isFine;
}

function pack(use) {
  const folder = mkdtempSync(join(tmpdir(), "portknock-release-"));
  try {
    if (!succeeds("npm", "pack", "--pack-destination", folder)) return false;
    use(folder);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function documents() {
  return output("git", "ls-files", "*.md")
    .split("\n")
    .filter((file) => file !== "CHANGELOG.md" && existsSync(join(root, file)));
}

function dateChangelog(text, version) {
  const today = new Date().toISOString().slice(0, 10);
  const { before, unreleased, after } = readChangelog(text);
  writeFileSync(changelogFile, `${before}## Unreleased\n\n## ${version} - ${today}\n${unreleased}${after}`);
}

/** The update test takes the one that is there. */
function keep(packed, tarball) {
  mkdirSync(releasedFolder, { recursive: true });
  for (const file of readdirSync(releasedFolder)) rmSync(join(releasedFolder, file));
  writeFileSync(join(releasedFolder, tarball), readFileSync(packed));
}

function commit(name, version) {
  const next = nextMinor(version);
  const done =
    succeeds("git", "add", "CHANGELOG.md", "test/released") &&
    succeeds("git", "commit", "--quiet", "--message", `Release ${version}`) &&
    succeeds("git", "tag", `v${version}`) &&
    succeeds("npm", "version", "--no-git-tag-version", next) &&
    renameInDocuments(`${name}-${version}.tgz`, `${name}-${next}.tgz`) &&
    succeeds("git", "commit", "--quiet", "--all", "--message", `Version ${next} begins`);
  if (done) {
    console.log(`release: ${version} is tagged v${version}. What publishes it:`);
    console.log(`  git push --follow-tags && npm publish test/released/${name}-${version}.tgz`);
  }
  return done;
}

function renameInDocuments(from, to) {
  for (const file of documents()) {
    const text = read(file);
    if (text.includes(from)) writeFileSync(join(root, file), text.replaceAll(from, to));
  }
  return true;
}

function read(file) {
  return readFileSync(join(root, file), "utf8");
}

function output(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")}: ${stderr.trim()}`);
  return stdout.trimEnd();
}

function succeeds(program, ...args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0)
    console.error(`release: ${[program, ...args].join(" ")} failed; the output above says why`);
  return status === 0;
}

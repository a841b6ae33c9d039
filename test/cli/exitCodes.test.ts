import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { portknock, temporaryFile } from "./portknock";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
const [, SECTION = ""] = /^## Exit codes\n([\s\S]*?)^## /m.exec(PAGE) ?? [];
const ROWS = [...SECTION.matchAll(/^\| (`.*?) \| (.*?) ?\| (.*?) ?\| (.*?) ?\|$/gm)];

const CARD = { version: 1, name: "web-1", address: "127.0.0.1" };
const POLICY = { services: { ssh: { ports: ["22"], sequence: "47001,47025,47013" } } };

/** What the page says that such a command ends with. */
function said(command: string, exitCode: number): string {
  const ofAll = SECTION.split("\n|", 1).join().replaceAll("\n", " ");
  const [, , fine, failed, others] = ROWS.find(([, names]) => names?.includes(`\`${command}\``)) ?? [];
  const [wrong = "", unfit = ""] = ofAll.split("; and with 1");
  switch (exitCode) {
    case 0:
      return fine ?? "";
    case 1:
      return `${unfit} ${failed}`;
    case 2:
      return wrong;
    default:
      return others ?? "";
  }
}

describe("the exit codes of the documents", { timeout: 30_000 }, () => {
  it("are those of every command", async () => {
    const { stdout } = await portknock(["--help"]);
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) /gm)];
    const named = ROWS.flatMap(([, names = ""]) => names.match(/[a-z-]+/g) ?? []);
    expect(named.toSorted()).toEqual(commands.map(([, name]) => name).toSorted());
  });

  it.each([
    ["knock", ["nowhere.invalid", "--sequence", "7000,8000"], "", 1, "could not be knocked at"],
    ["knock", ["127.0.0.1", "--sequence-file", "/nowhere/file"], "", 2, "a file that is not there"],
    ["open", ["nowhere.invalid", "--sequence-file", "SECRET", "--", "true"], "", 1, "no way to the host"],
    ["open", ["127.0.0.1", "--sequence-file", "SECRET", "--", "sh", "-c", "exit 7"], "", 7, "ends with"],
    ["open", ["127.0.0.1", "--sequence-file", "SECRET", "--", "sh", "-c", "kill $$"], "", 143, "128"],
    ["open", ["127.0.0.1", "--sequence-file", "SECRET", "--", "/nowhere/x"], "", 1, "cannot be started"],
    ["proxy", ["web-1", "22"], "", 2, "a name that there is none of"],
    ["card", ["web-1"], "", 2, "a name that there is none of"],
    ["card", ["web-1", "--stack", "dev", "--cwd", "/nowhere"], "", 1, "the stack cannot be read"],
    ["enroll", ["web-1", "/nowhere/card"], "", 2, "a file that is not there"],
    ["enroll", ["web-1"], "{", 2, "is not JSON"],
    ["enroll", ["web-1"], JSON.stringify(CARD), 1, "holds no card"],
    ["enroll", ["web-1", "OPEN"], "", 1, "may be read by others"],
    [
      "token",
      ["web-1", "--as", "alice", "--secret-file", "/nowhere/secret"],
      "",
      2,
      "a file that is not there",
    ],
    ["status", ["127.0.0.1:1"], "", 4, "4: one did not answer"],
    ["verify", ["web-1", "--stack", "dev", "--cwd", "/nowhere"], "", 1, "the stack not be read"],
    ["check", ["-"], JSON.stringify(POLICY), 0, "fine"],
    ["check", ["-"], "{}", 1, "refused"],
    ["check", ["/nowhere/policy"], "", 2, "a file that is not there"],
    ["import", ["-"], "{", 2, "whatever it should be"],
    ["render", ["-"], "{}", 1, "refused"],
    ["review", ["-", "/nowhere/policy"], JSON.stringify(POLICY), 2, "a file that is not there"],
    ["review", ["--stack", "dev", "--cwd", "/nowhere"], "", 1, "the stack cannot be read"],
    ["explain", ["/nowhere/policy", "--port", "22"], "", 2, "a file that is not there"],
    ["completion", ["tcsh"], "", 2, "wrong way"],
  ] as const)("are what it ends with: %s %j", async (command, args, input, exitCode, words) => {
    const secret = temporaryFile("secret", "47001,47013");
    const open = temporaryFile("card", JSON.stringify(CARD), 0o644);
    const given = args.map((arg) => (arg === "SECRET" ? secret : arg === "OPEN" ? open : arg));
    const outcome = await portknock([command, ...given], input);
    expect([outcome.exitCode, said(command, exitCode)]).toEqual([exitCode, expect.stringContaining(words)]);
  });
});

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { drawKnocks } from "../../components/policy/drawKnocks";
import { derivedTokenSecret } from "../../components/tokens/tokenSecret";

const ROOT = resolve(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/derive.md"), "utf8");

const hasPython = spawnSync("python3", ["--version"]).error === undefined;
if (!hasPython) {
  console.warn("skipped: the Python of docs/derive.md: not found: python3; run: apt-get install -y python3");
}

/** A row of the table of vectors. */
function vector(what: string): string {
  const [, value] = new RegExp(`^\\| ${what} \\| \`(.*)\` \\|$`, "m").exec(PAGE) ?? [];
  if (value === undefined) throw new Error(`docs/derive.md has no vector ${what}`);
  return value;
}

const secret = vector("secret");
const portsOf = (host: string, path: string, attempt: number, from = secret): string =>
  drawKnocks(from, host, path, attempt)
    .map(({ port }) => port)
    .join(",");

describe("the page about derived sequences", () => {
  it("has test vectors that hold", () => {
    const attempts = [
      ["services.ssh.sequence", 0],
      ["services.ssh.sequence", 1],
      ["knockers.alice.sequence", 0],
    ] as const;
    expect(attempts.map(([path, attempt]) => vector(`\`${path}\`, attempt ${attempt}`))).toEqual(
      attempts.map(([path, attempt]) => portsOf("web-1", path, attempt)),
    );
    expect(vector("`knockers.alice.token`")).toBe(derivedTokenSecret(secret, "alice"));
  });

  it.skipIf(!hasPython)("has Python that makes the same", () => {
    const program = /```python\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    const uses = [
      "import sys",
      "secret = bytes.fromhex(sys.argv[1])",
      "print(*knocks(secret, 'db-2', 'baseline.unbanSequence', 7), sep=',')",
      "print(*knocks(secret, 'web-1', 'services.ssh.closeSequence'), sep=',')",
      "print(token_secret(secret, 'bob').hex())",
    ];
    // A secret may be longer than the block of the hash.
    for (const each of [secret, "5a".repeat(70)]) {
      const { stdout, stderr } = spawnSync("python3", ["-c", `${program}\n${uses.join("\n")}`, each], {
        encoding: "utf8",
      });
      expect([stderr, ...stdout.trimEnd().split("\n")]).toEqual([
        "",
        portsOf("db-2", "baseline.unbanSequence", 7, each),
        portsOf("web-1", "services.ssh.closeSequence", 0, each),
        derivedTokenSecret(each, "bob"),
      ]);
    }
  });
});

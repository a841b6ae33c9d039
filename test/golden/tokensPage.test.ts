import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { tokenOf } from "../../components/tokens/token";
import { ADDRESSES_PER_SLOT, addressOf } from "../../components/tokens/tokenAddress";
import { addressKey, hostKey, tokenFingerprint } from "../../components/tokens/tokenSecret";

const ROOT = resolve(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/tokens.md"), "utf8");

const hasPython = spawnSync("python3", ["--version"]).error === undefined;
if (!hasPython) {
  console.warn("skipped: the Python of docs/tokens.md: not found: python3; run: apt-get install -y python3");
}

/** A row of a table, by what stands in its first cell. */
function row(first: string): readonly string[] {
  const line = PAGE.split("\n").find((each) => each.startsWith(`| ${first} |`));
  if (line === undefined) throw new Error(`docs/tokens.md has no row ${first}`);
  return line
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
}

const SLOT = 2_992_000;
const NETWORK = { family: 6, cidr: "2001:db8:1:2::/64" } as const;
const secret = row("secret")[0] ?? "";

describe("the page about tokens", () => {
  it("has test vectors that hold", () => {
    const key = hostKey(secret, "web-1", "alice");
    expect(row("key of the host")).toEqual([key]);
    expect(row("fingerprint")).toEqual([tokenFingerprint(secret, "alice")]);
    expect([0, 1].map((counter) => row(`token of slot ${SLOT}, counter ${counter}`)[0])).toEqual(
      [0, 1].map((counter) => tokenOf(key, SLOT, counter)),
    );
  });

  it("has test vectors of addresses that hold", () => {
    const key = addressKey(secret, "web-1", "alice", NETWORK.cidr);
    expect(row(`key of addresses in ${NETWORK.cidr}`)).toEqual([key]);
    expect([0, 5].map((counter) => row(`address of slot ${SLOT}, counter ${counter}`)[0])).toEqual(
      [0, 5].map((counter) => addressOf(key, NETWORK, SLOT, counter)),
    );
  });

  it.skipIf(!hasPython)("has Python that makes the same", () => {
    const program = /```python\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    const uses = [
      "import sys",
      "secret = bytes.fromhex(sys.argv[1])",
      "print(host_key(secret, 'web-1', 'alice').hex(), fingerprint(secret, 'alice').hex())",
      `print(*(address(address_key(secret, 'web-1', 'alice', '${NETWORK.cidr}'), '${NETWORK.cidr}', ${SLOT}, c) for c in range(8)))`,
      ...["[*range(8)]", "[5]"].map(
        (counters, index) =>
          `print(*(token(host_key(secret, 'db-${index}', 'bob'), ${SLOT * (1 - index) + 7}, c).hex() for c in ${counters}))`,
      ),
    ];
    // A secret may be longer than the block of the hash.
    for (const each of [secret, "5a".repeat(70)]) {
      const { stdout, stderr } = spawnSync("python3", ["-c", `${program}\n${uses.join("\n")}`, each], {
        encoding: "utf8",
      });
      const tokens = (host: string, slot: number, counters: readonly number[]): string =>
        counters.map((counter) => tokenOf(hostKey(each, host, "bob"), slot, counter)).join(" ");
      expect([stderr, stdout.trimEnd().split("\n")]).toEqual([
        "",
        [
          `${hostKey(each, "web-1", "alice")} ${tokenFingerprint(each, "alice")}`,
          Array.from({ length: ADDRESSES_PER_SLOT }, (_, counter) =>
            addressOf(addressKey(each, "web-1", "alice", NETWORK.cidr), NETWORK, SLOT, counter),
          ).join(" "),
          tokens("db-0", SLOT + 7, [0, 1, 2, 3, 4, 5, 6, 7]),
          tokens("db-1", 7, [5]),
        ],
      ]);
    }
  });

  it("has the lengths and offsets at which the rules look", () => {
    const ruleset = readFileSync(join(ROOT, "test/golden/tokens/ruleset.nft"), "utf8");
    const chains = [...ruleset.matchAll(/^\tchain pk_token_in_(\w+) \{\n([\s\S]*?)\n\t\}/gm)];
    const carriers = chains.flatMap(([, name = "", rules = ""]) => {
      const [, bits] = /map @pk_tokens/.test(rules) ? (/set @th,(\d+),128/.exec(rules) ?? []) : [];
      const [, inUdp] = new RegExp(`udp length (\\d+) goto pk_token_in_${name}\\b`).exec(ruleset) ?? [];
      const [, inIcmp] = new RegExp(`meta length (\\d+) goto pk_token_in_${name}\\b`).exec(ruleset) ?? [];
      return bits === undefined ? [] : [[name, inUdp ?? inIcmp, `${Number(bits) / 8}`]];
    });
    expect(carriers.length).toBe(5);
    expect(carriers.map(([name = ""]) => [name, ...row(name).slice(0, 2)])).toEqual(carriers);
  });
});

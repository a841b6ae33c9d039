import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why no ruleset can be checked here, in one line; `undefined` when one can. */
export function nftProblem(): string | undefined {
  const missing = ["nft", "unshare"].filter((tool) => spawnSync(tool, ["--version"]).error);
  if (missing.length > 0) return `${missing.join(" and ")} not found; install nftables and util-linux`;
  const allowed = spawnSync("unshare", [OWN_NETWORK, "true"]).status === 0;
  return allowed ? undefined : "user namespaces are forbidden; run as root or allow them";
}

/** Without root's own powers nft cannot hand the kernel more than about 200 KB at once. */
const OWN_NETWORK = process.getuid?.() === 0 ? "-n" : "-rn";

/** What nft complains about in a ruleset, from a network of its own; empty when it would load it. */
export function checkRuleset(path: string): string {
  const { status, stdout, stderr } = spawnSync("unshare", [OWN_NETWORK, "nft", "-c", "-f", path], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return status === 0 ? `${stdout}${stderr}` : `exit code ${status}: ${stdout}${stderr}`;
}

/** `checkRuleset` for a text. */
export function checkRulesetText(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "portknock-ruleset-"));
  try {
    const path = join(folder, "ruleset.nft");
    writeFileSync(path, text);
    return checkRuleset(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { writeManifest } from "../../components/remote/manifest";
import { callSourced } from "./sourcedScript";

const LISTINGS = join(__dirname, "../remote/listings");

export const RECORDED_VERSIONS: readonly string[] = readdirSync(LISTINGS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const SCRIPT = "5c".repeat(32);
const OWNER = { project: "shop", stack: "dev", component: "edge", host: "web-1" };

/** The generations of which recorded listings are, and some beside them. */
const GENERATIONS: Readonly<Record<string, string>> = {
  ...generation("/run/flows", "flows"),
  ...generation("/run/full", "baseline-full"),
  // What opens ssh and mosh was another sequence; vpn's is the same.
  ...generation("/run/old", "flows", (manifest) => manifest.replaceAll("9000/tcp", "9001/tcp")),
  ...generation("/run/knocked", "knockers-baseline"),
  ...generation("/run/knocked-without-bob", "knockers-baseline", (manifest) =>
    manifest.replace(/^knocker .* bob .*\n/gm, ""),
  ),
  ...generation("/run/knocked-after-alice", "knockers-baseline", (manifest) =>
    manifest.replace(/^(knocker .* alice) \d+/gm, "$1 1000000000"),
  ),
  ...generation("/run/knocked-by-nobody", "knockers-baseline", (manifest) =>
    manifest.replace(/^knocker .*\n/gm, ""),
  ),
  ...generation("/run/minimal", "minimal"),
  "/proc/uptime": "1000.00 2000.00\n",
  "/run/lossy/ruleset.nft": goldenText("minimal", "ruleset.nft").replace(
    "{ ip saddr : meta priority }",
    "{ ip saddr timeout 5s : meta priority }",
  ),
};

/** The file of a version with this name. */
export function recordedFile(version: string, name: string): string {
  return join(LISTINGS, version, `${name}.txt`);
}

/** What calls of the host script's functions print beside an nft that prints what was recorded. */
export function besideRecorded(
  transcript: string,
  calls: string,
  files: Readonly<Record<string, string>> = {},
): string {
  return callSourced({ transcript, calls, files: { ...GENERATIONS, ...files } });
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

/** What apply leaves of a golden policy, with another manifest where that is changed. */
function generation(
  folder: string,
  name: string,
  change = (manifest: string): string => manifest,
): Readonly<Record<string, string>> {
  const ruleset = goldenText(name, "ruleset.nft");
  const policy = parsePolicy(JSON.parse(goldenText(name, "policy.json")));
  const { text } = writeManifest({ owner: OWNER, adopt: undefined, policy, ruleset, script: SCRIPT });
  return { [`${folder}/manifest`]: change(text), [`${folder}/ruleset.nft`]: ruleset };
}

function goldenText(name: string, file: string): string {
  return readFileSync(join(__dirname, "../golden", name, file), "utf8");
}

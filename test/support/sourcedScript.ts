import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HOST_SCRIPT } from "../../components/remote/envelope";

export interface Sourced {
  /** What nft answers: a transcript of `test/remote/listings`. */
  readonly transcript: string;
  /** Files of the host: absolute path → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Calls of functions of the host script. What goes into `nft -f -` is printed as well. */
  readonly calls: string;
}

const FAKES = readFileSync(join(__dirname, "fakeCommands.sh"), "utf8");
const LAST_LINE = 'portknock_main "$@"\n';

/** Why no function of the host script can be called here, in one line; `undefined` when they can. */
export function dashProblem(): string | undefined {
  return spawnSync("dash", ["-c", ":"]).error && "dash not found; install dash";
}

/** What calls of the host script's functions print where nft prints what was recorded: no root, no network. */
export function callSourced({ transcript, files = {}, calls }: Sourced): string {
  const root = mkdtempSync(join(tmpdir(), "portknock-sourced-"));
  const elsewhere = (script: string) =>
    script.replaceAll(/(?<![\w.])\/(?=(?:proc|var|etc|run)\/)/g, `${root}/`);
  try {
    for (const [path, text] of Object.entries({ "/run/systemd/system/x": "", ...files })) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const script = [HOST_SCRIPT.slice(0, -LAST_LINE.length), FAKES, calls].map(elsewhere).join("\n");
    const { stdout, stderr } = spawnSync("dash", ["-s"], {
      input: script,
      encoding: "utf8",
      env: { ...process.env, RECORDED: transcript },
    });
    return `${stdout}${stderr}`.replaceAll(root, "");
  } finally {
    rmSync(root, { recursive: true });
  }
}

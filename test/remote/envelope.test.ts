import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fillConfirmEnvelope,
  fillDeliveryEnvelope,
  fillEnvelope,
  HOST_SCRIPT,
  SCRIPT_DIGEST,
} from "../../components/remote/envelope";
import { packRuleset } from "../../components/remote/packing";
import { installedAs, sentScript } from "../support/sentScript";

const MANIFEST = `token t\nowner a/b/c/d\nscript ${SCRIPT_DIGEST}\n`;
const RULESET = `table inet t { # ${"$"}(reboot) \`reboot\` ${"$"}{x} \\ ' "\n\t}\n`;
const ORDER = { owner: "a/b/c/d", manifest: MANIFEST };
const ENVELOPE = fillEnvelope({ ...ORDER, packedRuleset: packRuleset(RULESET) });
const LINES = ENVELOPE.split("\n").slice(0, -1);

describe("the envelope", () => {
  let folder: string;
  let calls: string;

  // Programs that do nothing but leave a trace. The shell itself is started by its path.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "portknock-envelope-"));
    calls = join(folder, "calls");
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/id"), "#!/bin/sh\necho 0\n", { mode: 0o755 });
    for (const name of [
      "mktemp",
      "cat",
      "base64",
      "gzip",
      "sh",
      "rm",
      "nft",
      "systemctl",
      "portknock_unpac",
    ]) {
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho ${name} >>${calls}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function callsOf(shell: string, input: string): readonly string[] {
    rmSync(calls, { force: true });
    spawnSync(shell, ["-s", "apply", "marker"], { input, env: { PATH: join(folder, "bin") } });
    return existsSync(calls) ? readFileSync(calls, "utf8").split("\n").slice(0, -1) : [];
  }

  it("is made of every file of the host script, the one that runs it last", () => {
    const folder = join(__dirname, "../../components/remote/host");
    const parts = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    expect(parts.filter((part) => !HOST_SCRIPT.includes(part))).toEqual([]);
    expect(HOST_SCRIPT.length).toBe(parts.join("\n").length);
    expect(HOST_SCRIPT.endsWith('\nportknock_main "$@"\n')).toBe(true);
  });

  it("sends it without comments and indentation, and otherwise as it is", () => {
    const lines = HOST_SCRIPT.split("\n").map((line) => line.trimStart());
    expect(sentScript().split("\n")).toEqual(lines.filter((line) => !line.startsWith("#")));
    expect(createHash("sha256").update(sentScript()).digest("hex")).toBe(SCRIPT_DIGEST);
  });

  it("holds nothing of the host script, and is a few lines beside its payload", () => {
    const payload = MANIFEST.length + packRuleset(RULESET).length;
    expect(ENVELOPE.length - payload).toBeLessThan(4_000);
  });

  it("runs when all of it arrives", () => {
    // What it looks for is not there, and no such thing stays in its place.
    expect(callsOf("/bin/sh", ENVELOPE)).toEqual(["rm"]);
  });

  const last = LINES.length - 1;
  const cuts = [0, 1, 5, 9, 10, 11, 12, 13, last - 4, last - 3, last - 2, last - 1, last];
  const spread = Array.from({ length: 20 }, (_, index) => Math.floor((LINES.length * (index + 1)) / 21));
  const shells = ["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell));

  it.each(shells)("runs nothing in %s when it is cut off before any line", (shell) => {
    for (const lines of new Set([...cuts, ...spread])) {
      const text = LINES.slice(0, lines)
        .map((line) => `${line}\n`)
        .join("");
      expect({ lines, calls: callsOf(shell, text) }).toEqual({ lines, calls: [] });
    }
  });

  it.each(shells)("runs nothing in %s when it is cut off in the middle of a line", (shell) => {
    const lengths = [...cuts, ...spread].map((lines) => LINES.slice(0, lines).join("\n").length - 7);
    for (const length of new Set(lengths.filter((each) => each > 0))) {
      expect({ length, calls: callsOf(shell, ENVELOPE.slice(0, length)) }).toEqual({ length, calls: [] });
    }
  });

  it.each(
    shells.flatMap((shell) => [
      [
        shell,
        "confirm",
        fillConfirmEnvelope(ORDER).replaceAll("/var/lib/portknock/host.sh", __filename),
        "sh",
      ],
      [shell, "a delivery", fillDeliveryEnvelope(ORDER), "mktemp"],
    ]),
  )("runs nothing in %s either when that of %s is cut off", (shell, _, whole, first) => {
    for (let length = whole.length - 2; length > 0; length -= Math.ceil(whole.length / 60)) {
      expect({ length, calls: callsOf(shell, whole.slice(0, length)) }).toEqual({ length, calls: [] });
    }
    expect(callsOf(shell, whole)[0]).toBe(first);
  });

  it("leaves the payload as it is, whatever a shell would make of it", () => {
    const root = mkdtempSync(join(tmpdir(), "portknock-root-"));
    writeFileSync(join(root, "id"), "#!/bin/sh\necho 0\n", { mode: 0o755 });
    // The host script's place is taken by one that shows what it gets.
    const input = installedAs(root, ENVELOPE, 'echo "$@"; grep -v "^script "\n');
    try {
      const { status, stdout } = spawnSync("/bin/sh", ["-s", "show", "marker"], {
        input,
        env: { ...process.env, PATH: `${root}:${process.env["PATH"]}` },
        encoding: "utf8",
      });
      expect([status, stdout]).toEqual([0, `show marker\ntoken t\nowner a/b/c/d\n\n${packRuleset(RULESET)}`]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.each([
    ["holds the mark that ends it", "a\nPAYLOAD\nb\n"],
    ["begins with that mark", "PAYLOAD\n"],
  ])("rejects a manifest as a bug when it %s", (_, manifest) => {
    expect(() => fillEnvelope({ owner: "a/b/c/d", manifest, packedRuleset: packRuleset(RULESET) })).toThrow(
      new Error("bug: a text cannot stand before the line PAYLOAD"),
    );
  });

  it.each([
    ["does not end in a line break", "token t"],
    ["is empty", ""],
    ["has an empty line", "token t\n\nowner a/b/c/d\n"],
  ])("rejects a manifest as a bug when it %s", (_, manifest) => {
    expect(() => fillConfirmEnvelope({ owner: "a/b/c/d", manifest })).toThrow(
      new Error("bug: a manifest is not made of lines"),
    );
  });
});

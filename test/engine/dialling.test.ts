import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { changes, hostDiagnostics, touched } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";

const QUIET = { args: ["--expect-no-changes"] };

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("hosts that cannot be dialled by a %s program", (kind) => {
  let fleet: GuardedFleet;

  beforeAll(async () => {
    fleet = await createFleet({ connection: { dialErrorLimit: 30 } }, kind);
  });
  afterAll(async () => fleet?.lab.dispose());

  test("are waited for in the up that guards them first, as long as Pulumi would wait", async () => {
    await fleet.web1.run("systemctl stop ssh.socket ssh.service");
    await countDials(fleet.web1);
    const up = fleet.stack.up();
    // Twelve pauses of the command plugin are a quarter of a minute.
    await waitUntil(
      async () => (await dialsOf(fleet.web1)) > 12,
      90,
      () => "web-1 is not dialled any more",
    );
    await fleet.web1.run("nft delete table inet dials; systemctl start ssh.service");
    const { stdout } = await up;
    expect(changes(stdout)).toEqual(["+ 9 created"]);
    // The probe got in: nothing was left unchecked, the way back in among it.
    expect(stdout).not.toMatch(/was not checked/);
    expect(stdout).toMatch(/web-1: has been dialled for \d+ seconds so far: it refused the connection/);
    expect(await countLogins(fleet.web1)).toBe(4);
  });

  test("are errors where the probe is required, all at once, in preview and update, and nothing is touched", async () => {
    await fleet.stack.configure({ ...fleet.config, probe: "required", connection: { dialErrorLimit: 0 } });
    await fleet.stack.up();
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);

    for (const host of [fleet.web1, fleet.web2]) await host.run("systemctl stop ssh.socket ssh.service");
    const openPorts = ["80", "443"];
    await fleet.stack.configure({
      ...fleet.config,
      openPorts,
      probe: "required",
      connection: { dialErrorLimit: 0 },
    });
    for (const run of [fleet.stack.preview, fleet.stack.up]) {
      const { exitCode, stdout } = await run({ check: false });
      expect([exitCode === 0, problemsIn(stdout)]).toEqual([
        false,
        ["web-1", "web-2"].map(
          (name) =>
            `hosts.${name}: was not checked, and portknock:probe is required: it refused the connection; mend the way there, or take it out of hosts`,
        ),
      ]);
      expect(touched(stdout)).toEqual([]);
    }
    await fleet.stack.configure({ ...fleet.config, connection: { dialErrorLimit: 0 } });
    const { stdout } = await fleet.stack.preview();
    expect([touched(stdout), hostDiagnostics(stdout).toSorted()]).toEqual([
      [],
      ["web-1", "web-2"].map((name) => `warning: ${name}: was not checked: it refused the connection`),
    ]);
    for (const host of [fleet.web1, fleet.web2]) await host.run("systemctl start ssh.service");
  });

  test("rejects a connection that Pulumi could not dial, before anything is dialled", async () => {
    const before = await countLogins(fleet.web1);
    const connection = { host: "[fd77::1]", hostKey: "rubbish", privateKeyPassword: "needless" };
    await fleet.stack.configure({ ...fleet.config, hosts: [fleet.web1], connection });
    const { exitCode, stdout } = await fleet.stack.preview({ check: false });
    expect([exitCode === 0, problemsIn(stdout)]).toEqual([
      false,
      [
        "hosts.web-1.connection.host: is an address in brackets, which Pulumi cannot dial; leave the brackets out, and give a port in its own field",
        "hosts.web-1.connection.hostKey: is no public key of a host; give a line of ssh-keyscan -t ed25519,ecdsa",
        "hosts.web-1.connection.privateKeyPassword: is given, but the key is not encrypted; leave it out: Pulumi refuses both together",
      ],
    ]);
    expect(await countLogins(fleet.web1)).toBe(before);
  });

  test.each([
    ["probe", "requierd", "is none of true, false and required"],
    ["probeParallel", "0", "is no whole number from 1 to 256"],
    ["probeTimeout", "soon", "is no duration from 5s to 10m"],
  ])("rejects a %s that means nothing", async (key, word, why) => {
    await fleet.stack.configure(fleet.config);
    await fleet.stack.pulumi(["config", "set", `portknock:${key}`, word]);
    const { exitCode, stdout, stderr } = await fleet.stack.preview({ check: false });
    expect([exitCode === 0, (stdout + stderr).includes(`portknock:${key}: ${why}`)]).toEqual([false, true]);
  });
});

/** Counts the dials of a host on which nothing listens. */
async function countDials(host: LabHost): Promise<void> {
  await host.run(`nft -f - <<'EOF'
table inet dials {
  chain in {
    type filter hook input priority 0; policy accept;
    tcp flags syn tcp dport 22 counter
  }
}
EOF`);
}

async function dialsOf(host: LabHost): Promise<number> {
  const { stdout } = await host.run("nft list table inet dials");
  return Number(/packets (\d+)/.exec(stdout)?.[1] ?? 0);
}

/** What is refused, each once, in its order. */
function problemsIn(stdout: string): readonly string[] {
  const lines = stdout.split("\n").flatMap((line) => /^\s*(?:error: )?(hosts\..*)$/.exec(line)?.[1] ?? []);
  return [...new Set(lines)];
}

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabHost } from "../../lab";
import { hostDiagnostics } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";

const EATEN = "portknock: something on this host reads standard input first, like a .bashrc";

describe.skipIf(realProblem()).each(PROGRAM_KINDS)(
  "hosts of a %s program where something comes before our script",
  (kind) => {
    let fleet: GuardedFleet;
    const tables = async (host: LabHost): Promise<string> => (await host.run("nft list tables")).stdout;
    const all = (): Promise<readonly string[]> => Promise.all([fleet.web1, fleet.web2].map(tables));

    beforeAll(async () => {
      fleet = await createFleet({ connection: { user: "deploy" } }, kind);
      await fleet.web1.run("echo 'Defaults log_input' >/etc/sudoers.d/log");
      await fleet.web2.run("usermod -s /bin/bash deploy");
    });
    afterAll(async () => fleet?.lab.dispose());

    test("are guarded through a sudo that logs its input, and somebody is told", async () => {
      const { stdout } = await fleet.stack.up();
      expect(hostDiagnostics(stdout)).toContain(
        "warning: web-1: sudo logs what Pulumi sends, sequences too: log_input is on for deploy; switch it off in sudoers (Defaults:deploy !log_input)",
      );
      expect(await all()).toEqual(["table inet portknock\n", "table inet portknock\n"]);
    });

    test("fail a destroy in words when a .bashrc takes standard input, and stay in the state", async () => {
      await fleet.web2.run("echo 'cat >/dev/null' >/home/deploy/.bashrc");
      const failed = await fleet.stack.destroy({ check: false, args: ["--continue-on-error"] });
      expect([failed.exitCode === 0, hostDiagnostics(failed.stdout).includes(EATEN)]).toEqual([false, true]);
      expect(await all()).toEqual(["", "table inet portknock\n"]);
      await fleet.web2.run("rm /home/deploy/.bashrc");
      await fleet.stack.destroy();
      expect(await all()).toEqual(["", ""]);
    });

    test("are refused by preview and update before any is touched when a forced command runs in our script's place", async () => {
      await fleet.web1.writeFile("/usr/local/bin/other", "#!/bin/sh\nprintf 'x\\033[31m'\n", 0o755);
      await fleet.web1.run("sed -i 's#^#command=\"other\" #' /home/deploy/.ssh/authorized_keys");
      const refused =
        'error: hosts.web-1: cannot be guarded: did not run our script, and says "x\\u{1b}[31m"; look at this user\'s shell, at what it runs at login, and at forced commands of sshd';
      for (const run of [fleet.stack.preview, fleet.stack.up]) {
        const { exitCode, stdout } = await run({ check: false });
        expect([
          exitCode === 0,
          hostDiagnostics(stdout).filter((line) => line.startsWith("error: hosts")),
        ]).toEqual([false, [refused]]);
      }
      expect(await all()).toEqual(["", ""]);
    });
  },
);

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { hostCommand, statusCommand } from "../../components/remote/hostCommand";

describe("the command that starts the host script", () => {
  it("is the verb and the marker for root, with a limit in time", () => {
    expect(hostCommand("root", "apply", "0123456789ab")).toBe("timeout 180 sh -s apply 0123456789ab");
    expect(hostCommand("root", "confirm", "unchecked")).toBe("timeout 180 sh -s confirm unchecked");
    expect(hostCommand("root", "remove", "-")).toBe("timeout 180 sh -s remove -");
  });

  it("is wrapped for any other user: with sudo where it needs no password, else without", () => {
    expect(hostCommand("deploy", "apply", "unchecked")).toBe(
      "sh -c 'sudo -n true 2>/dev/null && exec sudo -n timeout 180 sh -s apply unchecked; exec timeout 180 sh -s apply unchecked'",
    );
  });

  it("hands the way by which it was reached to status", () => {
    expect(statusCommand("root")).toBe('sh -s status "$SSH_CONNECTION"');
    expect(statusCommand("deploy")).toBe(
      `sh -c 'sudo -n true 2>/dev/null && exec sudo -n sh -s status "$SSH_CONNECTION"; exec sh -s status "$SSH_CONNECTION"'`,
    );
  });

  it("gives status all of it as one word, also for a user", () => {
    for (const user of ["root", "deploy"]) {
      const { stdout } = spawnSync("sh", ["-c", statusCommand(user)], {
        input: "printf '%s|' \"$@\"",
        encoding: "utf8",
        // Through sudo or not, as this machine has it: what matters is the quoting.
        env: {
          PATH: "/bin:/usr/bin",
          SSH_CONNECTION: "192.0.2.7 50000 192.0.2.1 22",
        },
      });
      expect(stdout).toBe("status|192.0.2.7 50000 192.0.2.1 22|");
    }
  });
});

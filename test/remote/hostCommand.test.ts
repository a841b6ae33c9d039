import { describe, expect, it } from "vitest";
import { hostCommand, STATUS_COMMAND } from "../../components/remote/hostCommand";

describe("the command text", () => {
  it("is one for every user: it becomes root by sudo where it can, and says in words where it cannot", () => {
    const text = (command: string) =>
      `sh -c '[ $(id -u) = 0 ] || ! sudo -n true 2>/dev/null || exec sudo -n ${command}; exec ${command}'`;
    expect(hostCommand("apply", "074a9befc9dd")).toBe(text("timeout 180 sh -s apply 074a9befc9dd"));
    expect(hostCommand("confirm", "unchecked")).toBe(text("timeout 180 sh -s confirm unchecked"));
    expect(hostCommand("remove", "-")).toBe(text("timeout 180 sh -s remove -"));
    expect(STATUS_COMMAND).toBe(text('sh -s status "$SSH_CONNECTION"'));
  });
});

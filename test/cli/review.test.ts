import { describe, expect, it } from "vitest";
import { portknock, temporaryFile } from "./portknock";

const policy = (fields: object): string =>
  JSON.stringify({ services: { ssh: { ports: ["22"], sequence: "10000,2345,3456/udp,11234" } }, ...fields });

describe("portknock review", { timeout: 30_000 }, () => {
  it("prints in Markdown what changed between two policies", async () => {
    const path = temporaryFile("old.json", policy({}));
    const { exitCode, stdout, stderr } = await portknock(
      ["review", path, "-"],
      policy({ allow: ["10.0.0.0/8"] }),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [report, picture] = stdout.split("\n### Knocking\n");
    expect(report).toBe(`## Firewall review

**1 change, 1 opens up.**

|  | what | before | after |  | in words |
| --- | --- | --- | --- | --- | --- |
| **all services** | allow |  | \`10.0.0.0/8\` | 🔓 opens up | 10.0.0.0/8: let in to every guarded port without knocking |
`);
    expect(picture?.split("\n").slice(0, 3)).toEqual(["", "```mermaid", "flowchart LR"]);
    expect(stdout.match(/10000|2345|3456|11234/g)).toBe(null);
  });

  it("says so when nothing changes", async () => {
    const path = temporaryFile("old.json", policy({}));
    expect(await portknock(["review", path, "-"], policy({ allow: [] }))).toEqual({
      exitCode: 0,
      stdout: "## Firewall review\n\n**Nothing changes.**\n",
      stderr: "",
    });
  });

  it.each<readonly [string, readonly string[], string]>([
    ["one policy", ["old.json"], "two policies are needed; give OLD.json and NEW.json, or --stack"],
    ["standard input twice", ["-", "-"], "standard input is one policy; give a file for the other"],
    [
      "policies beside a stack",
      ["old.json", "--stack", "dev"],
      "--stack takes the place of the two policies; give one or the other",
    ],
  ])("rejects %s", async (_, args, problem) => {
    expect(await portknock(["review", ...args])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${problem}\n`,
    });
  });

  it("rejects a stack where there is no project, in one line", async () => {
    const { exitCode, stdout, stderr } = await portknock(["review", "--stack", "dev", "--cwd", "/nowhere"]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "portknock: pulumi cannot be started; install it, and check --cwd\n",
    });
  });
});

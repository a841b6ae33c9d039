import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { temporaryFile } from "../cli/portknock";
import { canConnect, guard, hostPayload, readStatus } from "../support/hostPayload";
import { MAC_PING, TOKEN_TOOLS, tokenToolProblem } from "../support/tokenTools";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const OTHERS = ["mac-ping", "knock-4", "knock-6", "open"];
const secretOf = (name: string): string => createHash("sha256").update(name).digest("base64");
const tools = TOKEN_TOOLS.map((tool) => ({ ...tool, missing: tokenToolProblem(tool) }));
for (const { name, missing } of tools) {
  if (missing !== undefined) console.warn(`skipped: a token sent by ${name}: ${missing}`);
}

/** A knocker for each tool, so that none uses up what another one sends. */
const knockers = Object.fromEntries(
  [...tools, ...OTHERS.map((name) => ({ name }))].map(({ name }) => [
    name,
    { services: ["ssh"], token: secretOf(name) },
  ]),
);
const services = { ssh: { ports: ["22"], accessWindow: "5m" } };
const portknock = (...args: readonly string[]) => [
  process.execPath,
  "--import",
  "tsx",
  "cli/main.ts",
  ...args,
];

describe.skipIf(problem !== undefined)("a host opens once for the token that is sent by", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await guard(lab, host, hostPayload({ services, policy: { knockers } }));
  });
  afterAll(async () => lab?.dispose());

  const seen = new Set<string>();
  const addressOf = (family: 4 | 6): string => (family === 4 ? host.address4 : host.address6);

  /** The line of the command's output that begins so, of a system if it matters, with a token that no other line had. */
  async function lineFor(knocker: string, begin: string, address: string, system = ""): Promise<string> {
    const args = ["token", "web-1", "--as", knocker, "--secret-file", "-", "--address", address];
    for (;;) {
      const { stdout } = await laptop.run(portknock(...args), { input: secretOf(knocker) });
      const token = stdout.split("\n")[2] ?? "";
      const ofSystem = stdout.slice(Math.max(0, stdout.indexOf(`\n\n${system}\n`)));
      const line = ofSystem
        .split("\n")
        .map((each) => each.trim())
        .find((each) => each.startsWith(begin));
      if (line === undefined) throw new Error(`no line begins with ${begin}:\n${stdout}`);
      if (seen.has(token)) continue;
      seen.add(token);
      return line;
    }
  }

  /** As somebody pastes it into a terminal, where dig and nslookup read what they are given in another way. */
  async function paste(line: string): Promise<string> {
    const { stdout } = await laptop.run(["script", "--quiet", "--return", "--command", line, "/dev/null"], {
      env: { SHELL: "/bin/bash", TERM: "dumb" },
      check: false,
    });
    return stdout;
  }

  async function opensOnce(send: () => Promise<unknown>, address: string): Promise<void> {
    const family = address.includes(":") ? 6 : 4;
    const isOpen = () => canConnect(laptop, address, 22);
    expect(await isOpen()).toBe(false);
    const said = await send();
    expect(await isOpen(), String(said)).toBe(true);
    await host.run(`nft flush set inet portknock pk_admitted${family}`);
    await send();
    expect(await isOpen()).toBe(false);
  }

  describe.each([4, 6] as const)("over IPv%i", (family) => {
    for (const { name, begin, missing, shellLine } of tools) {
      it.skipIf(missing !== undefined)(name, async () => {
        const line = await lineFor(name, begin, addressOf(family));
        await opensOnce(() => paste(shellLine?.(line) ?? line), addressOf(family));
      });
    }

    it("macOS's ping, by its source", async () => {
      const address = addressOf(family);
      const line = await lineFor("mac-ping", family === 4 ? "ping " : "ping6 ", address, "macOS");
      await opensOnce(() => laptop.run(["python3", "-c", MAC_PING, line, address]), address);
    });

    it("portknock knock", async () => {
      const address = addressOf(family);
      expect(await canConnect(laptop, address, 22)).toBe(false);
      const args = ["knock", address, "--name", "web-1", "--as", `knock-${family}`, "--token-file", "-"];
      const { stdout } = await laptop.run(portknock(...args), { input: secretOf(`knock-${family}`) });
      expect(stdout).toMatch(
        new RegExp(`^sent ${address} one token of knock-${family}, good until \\d\\d:\\d\\d UTC\n$`),
      );
      expect(await canConnect(laptop, address, 22)).toBe(true);
      await host.run(`nft flush set inet portknock pk_admitted${family}`);
    });
  });

  it("portknock open, for the command that it runs", async () => {
    const hosts = temporaryFile("hosts", `${host.address4} web-1\n`);
    const connect = ["timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/web-1/22"];
    const inside = (command: readonly string[]) =>
      laptop.run(
        [
          ...["unshare", "--mount", "sh", "-c", `mount --bind ${hosts} /etc/hosts && exec "$@"`, "sh"],
          ...command,
        ],
        { input: secretOf("open"), check: false },
      );
    expect((await inside(connect)).exitCode).not.toBe(0);
    const open = portknock("open", "web-1", "--as", "open", "--token-file", "-", "--", ...connect);
    expect(await inside(open)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("nobody, as far as the host knows, when all was sent", async () => {
    const { findings } = await readStatus(lab, host);
    expect(findings).toEqual([]);
  });
});

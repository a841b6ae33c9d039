import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { createFleetStack, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");
/** Above the range from which the kernel takes source ports. */
const SEQUENCES = {
  alice: "61101,62202/udp,63303",
  "alice-2": "62404,63505/udp,61606",
  bob: "63707,61808/udp,62909",
};
const PORTS = Object.values(SEQUENCES).flatMap((sequence) =>
  sequence.split(/\D+/).filter((word) => word !== ""),
);

describe.skipIf(realProblem())("people", () => {
  let lab: Lab;
  let host: LabHost;
  let people: Readonly<Record<"alice" | "bob", LabClient>>;
  let stack: FleetStack;

  beforeAll(async () => {
    lab = await createLab();
    const [web, alice, bob] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("alice"),
      lab.addClient("bob"),
    ]);
    host = web;
    people = { alice, bob };
    stack = await createFleetStack(lab, "dev");
    await configure({ alice: ALICE, bob: BOB });
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  const ALICE = { services: ["ssh", "admin"] };
  const BOB = { services: ["ssh"] };
  const configure = (knockers: Readonly<Record<string, { services: readonly string[]; until?: string }>>) =>
    stack.configure({
      hosts: [host],
      services: {
        ssh: { ports: ["22"], accessWindow: "10m" },
        admin: { ports: ["8443"], accessWindow: "10m" },
      },
      knockers,
      sequences: SEQUENCES,
      allow: [lab.operator.address4],
    });
  const knock = async (who: keyof typeof people, sequence: keyof typeof SEQUENCES): Promise<void> => {
    const file = join(lab.folder, "sequence");
    writeFileSync(file, SEQUENCES[sequence], { mode: 0o600 });
    await people[who].run(["node", CLIENT, "knock", host.address4, "--sequence-file", file, "--quiet"]);
  };
  const getsIn = async (who: keyof typeof people): Promise<boolean> =>
    (await lab.ssh(host, "true", { from: people[who], check: false })).exitCode === 0;
  const review = async (): Promise<readonly string[]> => {
    const { stdout } = await lab.operator.run([process.execPath, CLIENT, "review", "--stack", "dev"], {
      cwd: stack.folder,
      env: engineEnvironment(join(stack.folder, "state"), "correct horse"),
      timeoutSeconds: 120,
    });
    return stdout.split("\n").filter((line) => /^(\||- ).*(knocker|alice)/.test(line));
  };

  test("get in by sequences of their own, and nobody reads one in what Pulumi prints", async () => {
    expect(await getsIn("alice")).toBe(false);
    await knock("alice", "alice");
    await knock("bob", "bob");
    expect([await getsIn("alice"), await getsIn("bob")]).toEqual([true, true]);
    const { stdout } = await stack.pulumi(["stack", "output", "--json", "--stack", "dev"]);
    expect(JSON.parse(stdout)).toMatchObject({ knocks: "[secret]", people: "[secret]" });
    const shown = await stack.pulumi(["stack", "output", "--json", "--show-secrets", "--stack", "dev"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      knocks: { "web-1": {} },
      people: { "web-1": { alice: "61101/tcp,62202/udp,63303/tcp", bob: "63707/tcp,61808/udp,62909/tcp" } },
    });
    const printed = await stack.preview({ args: ["--diff"] });
    expect(PORTS.filter((port) => `${printed.stdout}${printed.stderr}`.includes(port))).toEqual([]);
  });

  test("go over to a new sequence while the old one still opens, and only the old one's windows close at its end", async () => {
    await configure({ alice: ALICE, "alice-2": ALICE, bob: BOB });
    expect(await review()).toEqual([
      expect.stringMatching(/new knocker.*opens up.*alice-2 may open admin, ssh; no window closes by that/),
    ]);
    await stack.up();
    expect([await getsIn("alice"), await getsIn("bob")]).toEqual([true, true]);
    await configure({ "alice-2": ALICE, bob: BOB });
    expect(await review()).toEqual([
      expect.stringMatching(
        /knocker removed.*closes down.*alice gets in nowhere any more, and the windows that alice opened close: nobody else's/,
      ),
      expect.stringContaining("alice does not open 22/tcp any more"),
    ]);
    await stack.up();
    expect([await getsIn("alice"), await getsIn("bob")]).toEqual([false, true]);
    await knock("alice", "alice");
    expect(await getsIn("alice")).toBe(false);
    await knock("alice", "alice-2");
    expect([await getsIn("alice"), await getsIn("bob")]).toEqual([true, true]);
  });

  test("are named in a preview where their access ends soon", async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, "");
    await configure({ "alice-2": ALICE, bob: { ...BOB, until } });
    const { stdout } = await stack.preview();
    expect(stdout).toContain(
      `knockers.bob.until: comes within a week (${until}): then bob gets in nowhere any more; give a later end if that is not meant`,
    );
  });
});

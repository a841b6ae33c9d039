import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createLab, type Lab, type LabHost } from "../../lab";
import { createFleetStack, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const ROOT = resolve(__dirname, "../..");
/** Above the range from which the kernel takes source ports. */
const PORTS = ["61791", "62867", "63973", "60979"] as const;
const SSH = { ports: ["22"], sequence: `${PORTS[0]},${PORTS[1]}/udp,${PORTS[2]}` };

interface Settings {
  readonly hosts: readonly LabHost[];
  readonly rules: Readonly<Record<string, unknown>>;
}

describe.skipIf(realProblem())("preview --diff", () => {
  let lab: Lab;
  let stack: FleetStack;
  let settings: Settings;

  const write = ({ hosts, rules }: Settings): void => {
    const connections = hosts.map((host) => [
      host.name,
      {
        connection: {
          host: host.address4,
          hostKey: host.hostKey,
          privateKey: lab.privateKey,
          perDialTimeout: 3,
        },
      },
    ]);
    writeFileSync(
      join(stack.folder, "program/args.json"),
      JSON.stringify({ ...rules, hosts: Object.fromEntries(connections) }),
      { mode: 0o600 },
    );
  };
  beforeAll(async () => {
    lab = await createLab();
    const hosts = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    stack = await createFleetStack(lab, "dev");
    stack.writeProgram(PROGRAM);
    settings = { hosts, rules: { services: { ssh: SSH }, allow: [lab.operator.address4] } };
    write(settings);
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  const review = async (): Promise<string> => {
    const { stdout } = await lab.operator.run(
      [process.execPath, join(ROOT, "dist/cli/main.js"), "review", "--stack", "dev"],
      { cwd: stack.folder, env: engineEnvironment(join(stack.folder, "state"), "correct horse") },
    );
    return stdout;
  };

  const previewed = async (rules: object, hosts = settings.hosts): Promise<readonly string[]> => {
    write({ hosts, rules: { ...settings.rules, ...rules } });
    const { stdout, stderr } = await stack.preview({ args: ["--diff"] });
    expect(PORTS.filter((port) => `${stdout}${stderr}`.includes(port))).toEqual([]);
    return reviewed(stdout);
  };

  test("of nothing changed shows nothing", async () => {
    expect(await previewed({})).toEqual([]);
  });

  test("of a changed knock timeout shows its line", async () => {
    expect(await previewed({ services: { ssh: { ...SSH, knockTimeout: "7s" } } })).toEqual([
      "~ PortKnockFirewall fleet",
      "  - services.ssh.knockTimeout = 5s",
      "  + services.ssh.knockTimeout = 7s",
    ]);
  });

  test("of an added network shows its line", async () => {
    expect(await previewed({ allow: [lab.operator.address4, "198.51.100.0/24"] })).toEqual([
      "~ PortKnockFirewall fleet",
      "  + allow = 198.51.100.0/24",
    ]);
  });

  test("of an added service shows its lines, and that it has a sequence", async () => {
    const web = { ports: ["8443"], sequence: `${PORTS[3]},${PORTS[1]},${PORTS[0]}/udp`, access: "once" };
    expect(await previewed({ services: { ssh: SSH, web } })).toEqual([
      "~ PortKnockFirewall fleet",
      "  + services.web.access = once",
      "  + services.web.accessWindow = 10s",
      "  + services.web.knockTimeout = 5s",
      "  + services.web.knocks = 3: tcp, tcp, udp",
      "  + services.web.ports = 8443/tcp",
      "+ KnockSequence fleet-web",
      "    sequence: [secret]",
    ]);
  });

  test("of a rotated sequence shows whose it is, and nothing else", async () => {
    const rotated = { ...SSH, sequence: `${PORTS[0]},${PORTS[1]}/udp,${PORTS[3]}` };
    expect(await previewed({ services: { ssh: rotated } })).toEqual([
      "~ KnockSequence fleet-ssh",
      "    sequence: [secret]",
    ]);
  });

  test("of a sequence written in another way shows nothing", async () => {
    const rewritten = { ...SSH, sequence: `${PORTS[0]}/tcp ${PORTS[1]}:udp ${PORTS[2]}` };
    expect(await previewed({ services: { ssh: rewritten } })).toEqual([]);
  });

  test("of an added host shows its line", async () => {
    const third = await lab.addHost("web-3");
    expect(await previewed({}, [...settings.hosts, third])).toEqual([
      "~ PortKnockFirewall fleet",
      `  + hosts.web-3 = root@${third.address4}:22`,
      "+ HostFirewall fleet-web-3",
    ]);
  });

  test("is what review --stack makes a report of", async () => {
    write({
      hosts: settings.hosts.slice(0, 1),
      rules: {
        services: {
          ssh: { ...SSH, sequence: `${PORTS[0]},${PORTS[1]}/udp,${PORTS[3]}`, accessWindow: "1h" },
        },
        allow: [lab.operator.address4, "198.51.100.0/24"],
      },
    });
    expect(await review()).toBe(REPORT);
  });

  test("leaves no port of a sequence in the state, and the text as an output", async () => {
    const { stdout } = await stack.pulumi(["stack", "export"]);
    expect(PORTS.filter((port) => stdout.includes(port))).toEqual([]);
    const [firewall] = stateSchema
      .parse(JSON.parse(stdout))
      .deployment.resources.filter(({ type }) => type.endsWith(":PortKnockFirewall"));
    const [web1, web2] = settings.hosts;
    const policy = `allow = ${lab.operator.address4}/32
guardedAnswer = reject
hosts.web-1 = root@${web1?.address4}:22
hosts.web-2 = root@${web2?.address4}:22
identity.ipv4Prefix = 32
identity.ipv6Prefix = 128
profile = guard
rollbackTimeout = 1m
services.ssh.access = window
services.ssh.accessWindow = 10s
services.ssh.knockTimeout = 5s
services.ssh.knocks = 3: tcp, udp, tcp
services.ssh.ports = 22/tcp
`;
    expect([firewall?.inputs, firewall?.outputs.policy]).toEqual([{ policy }, policy]);
  });

  test("shows to review --stack which host drifted", async () => {
    write(settings);
    await settings.hosts[0]?.run("nft flush chain inet portknock pk_prerouting");
    expect(await review()).toBe(`## Firewall review: fleet of dev

**The rules stay as they are; 1 host touched.**

### Hosts touched

- get the same rules again (they drifted, never got them, or are connected to in another way): web-1
`);
  });

  test("is refused and leaves review --stack what the hosts have confirmed", async () => {
    write({ ...settings, rules: { ...settings.rules, services: { ssh: { ...SSH, knockTimeout: "0s" } } } });
    expect((await stack.up({ check: false })).exitCode).not.toBe(0);
    write({ ...settings, rules: { ...settings.rules, services: { ssh: { ...SSH, knockTimeout: "9s" } } } });
    expect(await review()).toContain("| **ssh** | knockTimeout | `5s` | `9s` |");
  });

  test("says in review --stack that the last update did not bring a sequence to every host", async () => {
    write(settings);
    await stack.up();
    await settings.hosts[1]?.shutdown();
    const rotated = { ...SSH, sequence: `${PORTS[3]},${PORTS[1]}/udp,${PORTS[2]}` };
    write({ ...settings, rules: { ...settings.rules, services: { ssh: rotated } } });
    expect((await stack.up({ check: false, args: ["--continue-on-error"] })).exitCode).not.toBe(0);
    expect(await review()).toMatch(UNFINISHED);
  });

  test("says so of any other change too", async () => {
    write({ ...settings, rules: { ...settings.rules, services: { ssh: { ...SSH, knockTimeout: "9s" } } } });
    const up = await stack.up({ check: false, args: ["--continue-on-error"] });
    expect(up.exitCode).not.toBe(0);
    expect(await review()).toMatch(UNFINISHED);
  });
});

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({
        type: z.string(),
        inputs: z.record(z.string(), z.unknown()).default({}),
        outputs: z.object({ policy: z.string().optional() }).default({}),
      }),
    ),
  }),
});

/** What a diff says of our own resources: which one, and its lines that changed or, of a sequence, stand there. */
function reviewed(diff: string): readonly string[] {
  const [body = ""] = diff.split("\nResources:\n");
  const blocks = body.split(/^(?= *(?:[~+-] )?\S+: \(\w+\)$)/m).flatMap((block) => {
    const [, sign = " ", kind] = /^ *(?:([~+-]) )?pulumi-portknock:index:(\w+): /.exec(block) ?? [];
    const name = /::([^:\]]+)\]$/m.exec(block)?.[1];
    const lines = block.split("\n").slice(2);
    const told = lines.flatMap((line) => {
      const text = line.trim();
      if (/^[+-] /.test(text)) return [`  ${text}`];
      return /^[\w.]+ *: \[secret\]$/.test(text) ? [`    ${text}`] : [];
    });
    return kind === undefined || sign === " " ? [] : [[`${sign} ${kind} ${name}`, ...told]];
  });
  return blocks.flat();
}

const REPORT = `## Firewall review: fleet of dev

**4 changes, 3 open up, 2 hosts touched, 1 lock-out risk.**

|  | what | before | after |  | in words |
| --- | --- | --- | --- | --- | --- |
| **ssh** | accessWindow | \`10s\` | \`1h\` | 🔓 opens up | new connections may start for 1h after the last knock |
|  | sequence | \`secret\` | \`another secret\` | changes | rotated: the old sequence opens nothing and open windows close; tell the people who knock |
| **the fleet** | hosts removed | \`web-2\` |  | 🔓 opens up | 22/tcp was open to who knocked for ssh, now left as the host has it |
| **all services** | allow |  | \`198.51.100.0/24\` | 🔓 opens up | 198.51.100.0/24: let in to every guarded port without knocking |

### Lock-out risks

- 22/tcp opens to another sequence: hand it out before this is applied

### Hosts touched

- not guarded any more: web-2
- get new rules: web-1

### Knocking

\`\`\`mermaid
flowchart LR
  start(("start"))
  stage1["ssh: 1 knock"]
  stage2["ssh: 2 knocks"]
  stage3(["ssh: admitted for 1h"])
  start -->|"knock 1, tcp"| stage1
  stage1 -. "wrong, or 5s" .-> start
  stage1 -->|"knock 2, udp"| stage2
  stage2 -. "wrong, or 5s" .-> start
  stage2 -->|"knock 3, tcp"| stage3
\`\`\`
`;

const UNFINISHED =
  /\n\*\*The rules stay as they are; 1 host touched\.\*\*\n\n> The last update did not finish\..*\n\n(.*\n)*- .* in another way\): web-2\n$/;

const PROGRAM = `
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
new PortKnockFirewall("fleet", require("./args.json"));
`;

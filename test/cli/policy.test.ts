import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { portknock, temporaryFile } from "./portknock";

const INPUT = {
  services: {
    ssh: { ports: ["22"], sequence: "10000,2345,3456/udp,11234" },
    web: { ports: ["8443"], sequence: "20000,12345,13456/udp" },
  },
};
const POLICY = JSON.stringify(INPUT, undefined, 2);
const REFUSED = JSON.stringify({
  services: {
    ssh: { ports: ["22"], sequence: "10000" },
    web: { ports: ["8443"], sequence: "20000,12345,20000" },
  },
});

const PROBLEMS = [
  "services.ssh.sequence: has 1 knock; give 2 to 16, or leave the service unguarded",
  "services.web.sequence: knock 3 repeats knock 1; use each port once",
];

describe("portknock check", { timeout: 30_000 }, () => {
  it("says of a policy that is fine which services it guards", async () => {
    const path = temporaryFile("policy.json", POLICY);
    expect(await portknock(["check", path])).toEqual({
      exitCode: 0,
      stdout: `${path}: fine: 2 services guarded (ssh, web)\n`,
      stderr: "",
    });
  });

  it("reads standard input for a dash, with or without a byte order mark", async () => {
    const stdout = "standard input: fine: 2 services guarded (ssh, web)\n";
    expect(await portknock(["check", "-"], POLICY)).toEqual({ exitCode: 0, stdout, stderr: "" });
    expect(await portknock(["check", "-"], `\uFEFF${POLICY}`)).toEqual({ exitCode: 0, stdout, stderr: "" });
  });

  it("rejects a policy with every problem on a line of its own, without a port", async () => {
    const path = temporaryFile("policy.json", REFUSED);
    expect(await portknock(["check", path])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: PROBLEMS.map((problem) => `portknock: ${path}: ${problem}\n`).join(""),
    });
  });

  it("takes a policy that names the schema by which an editor completes it", async () => {
    const input = { $schema: "./node_modules/pulumi-portknock/schema/policy.schema.json", ...INPUT };
    const stdout = "standard input: fine: 2 services guarded (ssh, web)\n";
    expect(await portknock(["check", "-"], JSON.stringify(input))).toEqual({
      exitCode: 0,
      stdout,
      stderr: "",
    });
  });

  it("rejects what is not JSON with its position and nothing of its text", async () => {
    const path = temporaryFile("policy.json", '{\n  "services": { "ssh": 10000,2345 }\n}\n');
    expect(await portknock(["check", path])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${path}: line 2, column 30 is not JSON; correct it there\n`,
    });
  });

  it("rejects a file that is missing and one that is a directory", async () => {
    expect(await portknock(["check", "/nowhere.json"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: /nowhere.json: no such file; check the path\n",
    });
    expect(await portknock(["check", "/"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: /: is a directory; name a file in it\n",
    });
  });
});

describe("portknock check of a policy that has hosts", { timeout: 30_000 }, () => {
  const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBWKUCaRbvVcJXkkrkVCc6/RyjUJVcqhtRVJZ/oZc+ho";
  const checked = (hosts: unknown) =>
    portknock(["check", "-"], JSON.stringify({ ...INPUT, allow: ["198.51.100.7"], hosts }));

  it("takes what a program takes, with or without keys and ways to get there", async () => {
    const connection = { host: "192.0.2.1", hostKey: HOST_KEY };
    const hosts = {
      "web-1": { connection, adopt: "shop/dev/edge/web-1", services: ["ssh"] },
      "web-2": { allow: ["192.0.2.9"] },
    };
    expect(await checked(hosts)).toEqual({
      exitCode: 0,
      stdout: "standard input: fine: 2 services guarded (ssh, web) on 2 hosts\n",
      stderr: "",
    });
  });

  it("says what is wrong with them, field by field, and shows no key", async () => {
    const connection = { host: "[2001:db8::1]", privateKey: "SECRET", proxy: { hostt: "SECRET", port: 0 } };
    const problems = [
      "hosts.web-1.connection.proxy: has an unknown field, hostt; write host if that is meant; known are host, port, user, password, privateKey, privateKeyPassword, agentSocketPath, hostKey, dialErrorLimit, perDialTimeout",
      "hosts.web-1.connection.proxy.host: is missing or of another type; give a string",
      "hosts.web-1.connection.proxy.port: is not a port; use 1 to 65,535",
      "hosts.web-2.connection.host: is an address in brackets, which Pulumi cannot dial; leave the brackets out, and give a port in its own field",
      "hosts.web-2.connection.privateKey: is no private key; give the whole text of the key's file",
    ];
    const { proxy, ...direct } = connection;
    expect(await checked({ "web-1": { connection }, "web-2": { connection: direct } })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: problems.map((problem) => `portknock: standard input: ${problem}\n`).join(""),
    });
  });

  it("warns of one whose identity nobody checks", async () => {
    expect(await checked({ "web-1": { connection: { host: "192.0.2.1" } } })).toMatchObject({
      exitCode: 0,
      stderr:
        "portknock: standard input: warning: hosts.web-1.connection.hostKey: is missing, so that whoever answers at that address is taken for the host; give the host's public key, ed25519 or ECDSA\n",
    });
  });

  it("knows which hosts there are, where a command asks for one", async () => {
    const policy = JSON.stringify({ ...INPUT, hosts: { "web-1": {}, "web-2": {} } });
    expect(await portknock(["render", "--host", "web-3", "-"], policy)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: --host: is none of the hosts; they are web-1, web-2\n",
    });
    expect((await portknock(["render", "--host", "web-2", "-"], policy)).exitCode).toBe(0);
  });
});

describe("portknock review of two files that have hosts", { timeout: 30_000 }, () => {
  it("says which hosts come, and where they are", async () => {
    const fleet = (...hosts: readonly string[]): string =>
      JSON.stringify({
        ...INPUT,
        allow: ["198.51.100.7"],
        hosts: Object.fromEntries(hosts.map((name) => [name, { connection: { host: `${name}.example` } }])),
      });
    const before = temporaryFile("before.json", fleet("web-1"));
    const { exitCode, stdout } = await portknock(["review", before, "-"], fleet("web-1", "web-2"));
    expect([exitCode, stdout.split("\n").filter((line) => /web-2/.test(line))]).toEqual([
      0,
      [
        "| **the fleet** | new hosts |  | `web-2` | 🔒 closes down | 22/tcp was left as the host has it, now open to who knocked for ssh; 8443/tcp was left as the host has it, now open to who knocked for web |",
        "- web-2: 22/tcp becomes guarded by ssh: only 198.51.100.7/32 and who knocks gets in",
        "- newly guarded: web-2",
      ],
    ]);
  });
});

describe("portknock check of a policy that is allowed and probably not meant", { timeout: 30_000 }, () => {
  const input = { services: { ssh: { ports: ["22"], sequence: "20000,12345" } }, openPorts: ["80"] };
  const warnings = [
    {
      path: "openPorts",
      problem: "are tolerated, not opened: without a baseline the table only takes away",
      remedy: "open them in the host's own firewall if it has one, or add baseline",
    },
    {
      path: "services.ssh.sequence",
      problem: "has only 2 knocks, which guessing finds sooner",
      remedy: "give 3 or more",
    },
  ];

  it("warns, and finds it fine all the same", async () => {
    expect(await portknock(["check", "-"], JSON.stringify(input))).toEqual({
      exitCode: 0,
      stdout: "standard input: fine: 1 service guarded (ssh)\n",
      stderr: warnings
        .map(
          ({ path, problem, remedy }) =>
            `portknock: standard input: warning: ${path}: ${problem}; ${remedy}\n`,
        )
        .join(""),
    });
  });

  it("says the same to a program", async () => {
    const { exitCode, stdout, stderr } = await portknock(
      ["check", "--format", "json", "-"],
      JSON.stringify(input),
    );
    expect([exitCode, JSON.parse(stdout), stderr]).toEqual([
      0,
      { version: 1, isFine: true, services: ["ssh"], problems: [], warnings },
      "",
    ]);
  });
});

describe("portknock check for a program", { timeout: 30_000 }, () => {
  const check = (text: string) => portknock(["check", "-", "--format", "json"], text);

  it("says of a policy that is fine which services it guards", async () => {
    const { exitCode, stdout, stderr } = await check(POLICY);
    expect([exitCode, JSON.parse(stdout), stderr]).toEqual([
      0,
      { version: 1, isFine: true, services: ["ssh", "web"], problems: [], warnings: [] },
      "",
    ]);
  });

  it("rejects a policy with every problem on standard output, and ends with 1", async () => {
    const { exitCode, stdout, stderr } = await check(REFUSED);
    const problems = PROBLEMS.map((line) => {
      const [, path, problem, remedy] = /^(.*): (.*); (.*)$/.exec(line) ?? [];
      return { path, problem, remedy };
    });
    expect([exitCode, JSON.parse(stdout), stderr]).toEqual([
      1,
      { version: 1, isFine: false, services: [], problems, warnings: [] },
      "",
    ]);
  });

  it("rejects what is not JSON in words, and ends with 2", async () => {
    expect(await check("{ 7000,8000")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: standard input: line 1, column 3 is not JSON; correct it there\n",
    });
  });

  it("rejects a format that there is none of without repeating it", async () => {
    expect(await portknock(["check", "-", "--format", "7000,8000"], POLICY)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'portknock: --format: is none of its choices, which are text, json; see "portknock --help"\n',
    });
  });
});

describe("portknock render", { timeout: 30_000 }, () => {
  it("prints the ruleset that the component puts on a host", async () => {
    const path = temporaryFile("policy.json", POLICY);
    const stdout = printRuleset(compilePolicy(parsePolicy(INPUT)));
    expect(await portknock(["render", path])).toEqual({ exitCode: 0, stdout, stderr: "" });
    expect(await portknock(["render", "-"], POLICY)).toEqual({ exitCode: 0, stdout, stderr: "" });
  });

  it("rejects a policy that check refuses, and prints no ruleset", async () => {
    expect(await portknock(["render", "-"], REFUSED)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: PROBLEMS.map((problem) => `portknock: standard input: ${problem}\n`).join(""),
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { diagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { knockFrom } from "../support/knockFrom";
import { startListener } from "../support/packets/startPackets";
import { realProblem } from "../support/realProblem";

const NAMES = ["web-1", "web-2", "db-1", "jump"] as const;

const PORTS = [22, 80, 5432, 8080, 8443];
const LISTENING = ["80/tcp", "5432/tcp", "8080/tcp", "8443/tcp"];

type Name = (typeof NAMES)[number];

describe.skipIf(realProblem())("a fleet of web, database and jump hosts", () => {
  let lab: Lab;
  let hosts: Readonly<Record<Name, LabHost>>;
  let stranger: LabClient;
  let stack: FleetStack;
  let config: FleetConfig;

  beforeAll(async () => {
    lab = await createLab();
    const [web1, web2, db1, jump] = await Promise.all([
      lab.addHost("web-1"),
      lab.addHost("web-2"),
      lab.addHost("db-1"),
      lab.addHost("jump"),
    ]);
    hosts = { "web-1": web1, "web-2": web2, "db-1": db1, jump };
    stranger = await lab.addClient("stranger");
    stack = await createFleetStack(lab, "prod");
    config = {
      hosts: Object.values(hosts),
      services: { ssh: { ports: ["22"] }, admin: { ports: ["8443"] } },
      sequences: { ssh: "7000,9000,8000", admin: "7100,9100,8100" },
      allow: [lab.operator.address4],
      // The lab's network is a private one.
      baseline: { exceptNetworks: ["10.77.0.0/16"] },
      groups: {
        web: { hosts: ["web-1", "web-2"], services: ["ssh"], openPorts: ["80"] },
        db: {
          hosts: ["db-1"],
          services: ["ssh"],
          openPortsFrom: [{ ports: ["5432"], from: [stranger.address4] }],
        },
      },
      own: { "web-2": { openPorts: ["8080"] } },
    };
    await Promise.all(Object.values(hosts).map((host) => startListener(host, LISTENING)));
    await stack.configure(config);
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  /** Host → the ports at which a stranger finds somebody. */
  const openToStranger = async (): Promise<Readonly<Record<string, readonly number[]>>> => {
    const found = await Promise.all(
      NAMES.map(async (name) => {
        const answers = await Promise.all(PORTS.map((port) => isOpen(hosts[name], port)));
        return [name, PORTS.filter((_, index) => answers[index])] as const;
      }),
    );
    return Object.fromEntries(found);
  };
  const isOpen = async ({ address4 }: LabHost, port: number): Promise<boolean> => {
    const connect = `exec 3<>/dev/tcp/${address4}/${port}`;
    return (await stranger.run(["timeout", "5", "bash", "-c", connect], { check: false })).exitCode === 0;
  };

  test("opens on each host what its groups and it itself open, and nothing else", async () => {
    expect(await openToStranger()).toEqual({
      "web-1": [80],
      "web-2": [80, 8080],
      "db-1": [5432],
      jump: [],
    });
  });

  test("opens a service to who knocks where it is, and nowhere else", async () => {
    for (const name of NAMES) {
      await knockFrom(stranger, hosts[name].address4, "7100,9100,8100");
    }
    expect(await openToStranger()).toEqual({
      "web-1": [80],
      "web-2": [80, 8080],
      "db-1": [5432],
      jump: [8443],
    });
  });

  test("touches the hosts of a group when the group changes, in one line of the review", async () => {
    const { web, ...others } = config.groups ?? {};
    if (web === undefined) throw new Error("bug: no group");
    config = { ...config, groups: { ...others, web: { ...web, openPorts: ["80", "443"] } } };
    await stack.configure(config);
    const { stdout } = await stack.preview({ args: ["--diff"] });
    const lines = stdout.split("\n").filter((line) => /^ *[+-] +\S+ = /.test(line) || /groups\./.test(line));
    expect(lines.filter((line) => /^ *\+ /.test(line)).map((line) => line.trim())).toEqual([
      "+ groups.web.openPorts = 443/tcp",
    ]);
    expect(touched((await stack.up()).stdout)).toEqual([
      "fleet-web-1-apply",
      "fleet-web-1-confirm",
      "fleet-web-2-apply",
      "fleet-web-2-confirm",
    ]);
    expect(touched((await stack.up()).stdout)).toEqual([]);
  });

  test("touches one host when it comes to another group", async () => {
    const { web, db } = config.groups ?? {};
    if (web === undefined || db === undefined) throw new Error("bug: no group");
    config = { ...config, groups: { web, db: { ...db, hosts: ["db-1", "jump"] } } };
    await stack.configure(config);
    const { stdout } = await stack.up();
    expect(touched(stdout)).toEqual(["fleet-jump-apply", "fleet-jump-confirm"]);
    expect(diagnostics(stdout).filter((line) => line.includes("at no host"))).toEqual([
      "warning: services.admin: is at no host; name it in the services of a group or host, or take it out",
    ]);
    expect((await openToStranger())["jump"]).toEqual([5432]);
  });

  test("refuses what contradicts itself, all at once, and touches nothing", async () => {
    const { web, db } = config.groups ?? {};
    if (web === undefined || db === undefined) throw new Error("bug: no group");
    await stack.configure({
      ...config,
      groups: {
        web: { ...web, hosts: ["web-1", "web-2", "web-9"] },
        db: { ...db, services: ["admin", "ssh"], hosts: ["db-1", "web-1"] },
      },
      own: { jump: { services: ["mail"] } },
    });
    const { exitCode, stdout } = await stack.up({ check: false });
    expect([exitCode === 0, touched(stdout)]).toEqual([false, []]);
    expect(diagnostics(stdout).filter((line) => /^(error: )?(groups|hosts)\./.test(line))).toEqual([
      "error: groups.web.hosts[2]: is not there; name one that is in hosts",
      "groups.web.services: are others than those of db, and web-1 is in both groups; leave each host in one of them, or say at the host which services it has",
      "hosts.jump.services[0]: is not there; known are admin, ssh",
    ]);
    await stack.configure(config);
  });

  test("leaves nothing behind", async () => {
    await stack.destroy();
    const tables = await Promise.all(
      NAMES.map(async (name) => (await hosts[name].run("nft list tables")).stdout),
    );
    expect(tables).toEqual(NAMES.map(() => ""));
  });
});

test.skipIf(realProblem())(
  "a deployer who knocks gets in to a host that is to have none of his services any more",
  async () => {
    await using lab = await createLab();
    const host = await lab.addHost("web-1");
    const stack = await createFleetStack(lab, "dev");
    const config: FleetConfig = {
      hosts: [host],
      services: { ssh: { ports: ["22"] }, admin: { ports: ["8443"] } },
      knockers: { ci: { services: ["ssh"] } },
      deployer: "ci",
      sequences: { ci: "7300,9500,8400", admin: "7100,9100,8100" },
    };
    await stack.configure(config);
    await stack.up();
    await host.run("nft flush set inet portknock pk_admitted4; nft flush set inet portknock pk_windows4");
    await stack.configure({ ...config, groups: { rest: { hosts: ["web-1"], services: ["admin"] } } });
    expect(touched((await stack.up()).stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    const { stdout } = await host.run(
      "nft list map inet portknock pk_guarded 2>/dev/null; nft list table inet portknock",
    );
    expect([/\b8443\b/.test(stdout), /tcp \. 22\b/.test(stdout)]).toEqual([true, false]);
  },
);

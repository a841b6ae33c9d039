import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { coexistenceWarnings } from "../../components/neighbours/coexistence";
import { parseHostStatus } from "../../components/remote/hostStatus";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { createStation } from "../../lab/station";
import {
  canConnect,
  guard,
  type HostPayload,
  hostPayload,
  readStatusLocally,
  runVerb,
  SSH,
  WEB,
} from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";
import { DOCKER, FAIL2BAN, type Neighbour, UFW } from "../support/neighbours";

const EVERYBODY = [...UFW, FAIL2BAN, DOCKER];

describe.skipIf(labProblem() !== undefined)("beside ufw, fail2ban and Docker", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  const quiet = { policy: { guardedAnswer: "drop" } };
  const payload = hostPayload({ ...quiet, services: { ssh: SSH, web: WEB } });

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("laptop", { address4: "10.77.9.8" }),
    ]);
  });
  afterAll(() => lab?.dispose());
  beforeEach(() => host.run("nft flush ruleset"));

  const load = (neighbours: readonly Neighbour[]) =>
    host.run("nft -f -", { input: neighbours.map(({ text }) => text).join("") });
  /** Every table of theirs with its handles, and without what packets count. */
  const tables = async (): Promise<string> =>
    (await host.run(EVERYBODY.map(({ table }) => `nft -a -s list table ${table}`).join(" && "))).stdout;
  const warnings = async ({ policy }: HostPayload): Promise<readonly string[] | undefined> => {
    const status = parseHostStatus((await readStatusLocally(host)).text);
    return status && coexistenceWarnings(policy, status.otherTables);
  };

  it("applies, lets a knocker in and removes, and leaves their tables byte for byte as they were", async () => {
    await load(EVERYBODY);
    const before = await tables();
    await guard(lab, host, payload);
    expect(await tables()).toBe(before);
    expect(await canConnect(laptop, host.address4, 22)).toBe(false);
    await knockFrom(laptop, host.address4, SSH.sequence);
    await knockFrom(laptop, host.address6, SSH.sequence);
    expect(await canConnect(laptop, host.address4, 22)).toBe(true);
    expect(await canConnect(laptop, host.address6, 22)).toBe(true);
    // Whom fail2ban banned stays out, knocked or not.
    await host.run(`nft add element inet f2b-table addr-set-sshd '{ ${laptop.address4} }'`);
    expect(await canConnect(laptop, host.address4, 22)).toBe(false);
    await host.run(`nft delete element inet f2b-table addr-set-sshd '{ ${laptop.address4} }'`);
    expect(await tables()).toBe(before);
    expect((await readStatusLocally(host)).findings).toEqual([]);
    await runVerb(lab, host, "remove", payload);
    expect(await tables()).toBe(before);
    expect((await host.run("nft list tables")).stdout.split("\n").length - 1).toBe(EVERYBODY.length);
  });

  it("warns of ports that they keep closed after a knock, before the first apply and after it", async () => {
    await load(EVERYBODY);
    const keptOut = (table: string): string =>
      `knocking does not open 8080-8082/tcp: chain INPUT of table ${table} lets nobody in there; accept these ports in it too`;
    expect(await warnings(payload)).toEqual([keptOut("ip filter"), keptOut("ip6 filter")]);
    await guard(lab, host, payload);
    expect(await warnings(payload)).toEqual([keptOut("ip filter"), keptOut("ip6 filter")]);
    for (const family of ["ip", "ip6"]) {
      await host.run(`nft add rule ${family} filter ufw-user-input tcp dport 8080-8090 accept`);
    }
    expect(await warnings(payload)).toEqual([]);
    await runVerb(lab, host, "remove", payload);
  });

  it("warns when guarded ports answer otherwise than closed ones", async () => {
    const rejecting = hostPayload({ services: { ssh: SSH } });
    const dropping = hostPayload({ ...quiet, services: { ssh: SSH } });
    expect(await warnings(rejecting)).toEqual([]);
    expect(await warnings(dropping)).toEqual([
      'guarded ports say nothing, closed ones answer with a reset, so that a scan tells them apart; set guardedAnswer to "reject"',
    ]);
    await load(EVERYBODY);
    const differ = (version: number, table: string): string =>
      `guarded ports answer with a reset over IPv${version}, closed ones say nothing (chain INPUT of table ${table}), so that a scan tells them apart; set guardedAnswer to "drop"`;
    expect(await warnings(rejecting)).toEqual([differ(4, "ip filter"), differ(6, "ip6 filter")]);
    expect(await warnings(dropping)).toEqual([]);
  });

  it.skipIf(spawnSync("iptables-nft", ["--version"]).error)(
    "judges no table of which nft cannot show every rule: of an iptables that it knows nothing about",
    async () => {
      const station = createStation(host.namespace, host);
      const iptables = (rule: string) => station.run(["iptables-nft", ...rule.split(" ")]);
      await iptables("-P INPUT DROP");
      expect((await warnings(payload))?.length).toBe(2);
      await iptables("-A INPUT -m conntrack --ctstate NEW -j ACCEPT");
      expect(await warnings(payload)).toEqual([]);
    },
  );
});

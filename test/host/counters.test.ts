import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import {
  canConnect,
  guard,
  hostPayload,
  readStatusLocally,
  SEQUENCE_PORTS,
  SSH,
  WEB,
} from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";

const EXCEPT = { exceptNetworks: ["10.77.0.0/16", "fd77::/32"] };

describe.skipIf(labProblem() !== undefined)("what status counts", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
  });
  afterAll(() => lab?.dispose());

  const counts = async () => {
    const { lines, text } = await readStatusLocally(host);
    for (const port of SEQUENCE_PORTS) expect(text).not.toContain(port);
    return Object.fromEntries(
      ["connections", "refusals", "refused-port", "blacklisted"].map((name) => [name, lines(name)]),
    );
  };
  const tryPorts = async (address: string, ports: readonly number[]): Promise<void> => {
    for (const port of ports) await canConnect(laptop, address, port);
  };

  it("is nothing on a host where nobody came by", async () => {
    await guard(lab, host, hostPayload());
    expect(await counts()).toEqual({
      connections: [],
      refusals: [],
      "refused-port": [],
      blacklisted: [],
    });
  });

  it("is who was let in and who was refused, by service and by port", async () => {
    await tryPorts(host.address4, [22, 22, 8081, 5]);
    await tryPorts(host.address6, [22, 8080]);
    await knockFrom(laptop, host.address4, SSH.sequence);
    await tryPorts(host.address4, [22, 22]);
    expect(await counts()).toEqual({
      connections: ["ssh 2"],
      refusals: ["web 2", "ssh 3"],
      "refused-port": ["tcp 22 3", "tcp 8080 1", "tcp 8081 1"],
      blacklisted: [],
    });
    expect((await readStatusLocally(host)).findings).toEqual([]);
  });

  it("is forgotten by an update of the rules", async () => {
    await guard(lab, host, hostPayload({ services: { ssh: SSH, web: WEB }, policy: { baseline: EXCEPT } }));
    expect(await counts()).toEqual({
      connections: [],
      refusals: [],
      "refused-port": [],
      blacklisted: ["0"],
    });
  });

  it("is under a baseline every closed port, the ten most wanted of them and none of a sequence", async () => {
    await knockFrom(laptop, host.address4, "61937,61937,61937,43211,43211");
    await tryPorts(host.address6, [22, 22]);
    await tryPorts(host.address4, [8080, 8080, 8080]);
    await knockFrom(laptop, host.address4, "500/udp,500/udp,500/udp,500/udp");
    await tryPorts(host.address4, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await counts()).toEqual({
      connections: [],
      refusals: ["web 3", "ssh 2"],
      "refused-port": [
        "udp 500 4",
        "tcp 8080 3",
        "tcp 22 2",
        ...[1, 2, 3, 4, 5, 6, 7].map((port) => `tcp ${port} 1`),
      ],
      blacklisted: ["0"],
    });
    const { stdout } = await host.run("nft list set inet portknock pk_refused");
    expect(stdout).toMatch(/\b61937 /);
  });
});

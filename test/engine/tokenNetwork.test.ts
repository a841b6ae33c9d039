import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { slotAt } from "../../components/tokens/token";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetStack } from "../support/fleetStack";
import { answerOf } from "../support/hostPayload";
import { realProblem } from "../support/realProblem";
import { addressesAt, routeTo, TOKEN_NETWORK, TOKEN_SECRET } from "../support/tokenHost";

const WITHOUT_WAY = `web-1: this host has no IPv6 route to elsewhere: whoever is not on one of its links cannot use an address of ${TOKEN_NETWORK}`;

describe.skipIf(realProblem())("a host with a network of tokens", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  let stack: FleetStack;

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await routeTo(host, laptop);
    stack = await createFleetStack(lab, "dev");
    await stack.configure({
      hosts: [host],
      services: { ssh: { ports: ["22"] } },
      knockers: { alice: { services: ["ssh"], token: true } },
      sequences: {},
      tokens: { alice: TOKEN_SECRET },
      allow: [lab.operator.address4],
      connection: { tokenNetwork: TOKEN_NETWORK },
    });
  });
  afterAll(async () => lab?.dispose());

  test("is refused in a preview, and left alone by an update, where the network is on a link", async () => {
    const address = `2001:db8:1:2::5/64 dev eth0`;
    await host.run(`ip addr add ${address} nodad`);
    const refusal = `${TOKEN_NETWORK} is not routed to this host: ${TOKEN_NETWORK} on eth0 lies in or around it`;
    const preview = await stack.preview({ check: false });
    const up = await stack.up({ check: false });
    for (const { exitCode, stdout } of [preview, up]) {
      expect([exitCode === 0, stdout.includes(refusal)]).toEqual([false, true]);
    }
    expect((await host.run("nft list tables")).stdout).toBe("");
    await host.run(`ip addr del ${address}`);
  });

  test("opens to who connects to an address that is a token, once", async () => {
    await stack.up();
    const slot = slotAt(Number((await host.run("date +%s")).stdout));
    const [address = ""] = addressesAt(host, slot);
    expect(await answerOf(laptop, address)).toBe("open");
    await host.run("nft flush set inet portknock pk_admitted6");
    expect(await answerOf(laptop, address)).toBe("refused");
    const unchanged = await stack.preview({ args: ["--expect-no-changes"] });
    expect(hostDiagnostics(unchanged.stdout)).toEqual([`warning: ${WITHOUT_WAY}`]);
  });

  test("is told where its route is missing, and gets it back", async () => {
    await host.run("systemctl start portknock-tokens.service");
    await host.run(`ip -6 route del local ${TOKEN_NETWORK} dev lo`);
    const { stdout } = await stack.preview();
    expect(hostDiagnostics(stdout)).toContain(
      `warning: web-1: drifted: the local route of ${TOKEN_NETWORK} is missing: no address of it is a token`,
    );
    expect(touched((await stack.up()).stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    await stack.preview({ args: ["--expect-no-changes"] });
  });
});

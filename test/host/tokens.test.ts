import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slotAt, tokenOf } from "../../components/tokens/token";
import { hostKey } from "../../components/tokens/tokenSecret";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { canConnect, guard, hostPayload, readStatus } from "../support/hostPayload";

const SECRET = "c0".repeat(32);
const services = { ssh: { ports: ["22"], accessWindow: "5m" } };
const rules = (secret = SECRET) =>
  hostPayload({ services, policy: { knockers: { alice: { services: ["ssh"], token: secret } } } });

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "trixie", nft: "1.1.3" },
])("the tokens of a host with Debian $release and nft $nft", ({ release }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("open", () => {
    let lab: Lab;
    let host: LabHost;
    let laptop: LabClient;

    beforeAll(async () => {
      lab = await createLab();
      [host, laptop] = await Promise.all([lab.addHost("web-1", { base: release }), lab.addClient("laptop")]);
      await guard(lab, host, rules());
    });
    afterAll(async () => lab?.dispose());

    const token = (counter: number, slot = slotAt(Date.now() / 1000)): string =>
      tokenOf(hostKey(SECRET, "web-1", "alice"), slot, counter);
    const send = (hex: string): Promise<unknown> =>
      laptop.run([
        "bash",
        "-c",
        `printf '${hex.replace(/../g, (byte) => `\\x${byte}`)}' >/dev/udp/${host.address4}/9`,
      ]);

    it("once", async () => {
      expect(await canConnect(laptop, host.address4, 22)).toBe(false);
      await send(token(3));
      expect(await canConnect(laptop, host.address4, 22)).toBe(true);
      await host.run("nft flush set inet portknock pk_admitted4");
      await send(token(3));
      expect(await canConnect(laptop, host.address4, 22)).toBe(false);
      await guard(lab, host, rules());
      await send(token(3));
      expect(await canConnect(laptop, host.address4, 22)).toBe(false);
      await send(token(4));
      expect(await canConnect(laptop, host.address4, 22)).toBe(true);
      const { findings } = await readStatus(lab, host);
      expect(findings).toEqual([]);
    });
  });
});

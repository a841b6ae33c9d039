import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serviceId } from "../../components/policy/serviceId";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { fillProcessTable, processTableProblem } from "../support/fillProcessTable";
import { guard, hostPayload, readStatus, runVerb, snapshot } from "../support/hostPayload";
import { probeFrom } from "../support/probeFrom";

const REASON = "no more processes can be started on this host; end some, then try again";
/** sshd and the login take two. */
const HARDLY_ANY = [2, 5, 9, 20];
const ENOUGH = 30;

describe.skipIf(labProblem() ?? processTableProblem())("a process table with hardly any room", () => {
  let lab: Lab;
  let host: LabHost;
  const payload = hostPayload();
  const next = hostPayload({ rollbackTimeout: "50s" });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await guard(lab, host, payload);
  });
  afterAll(() => lab?.dispose());

  const withRoom = async <T>(left: number, work: () => Promise<T>): Promise<T> => {
    const release = await fillProcessTable(host, left);
    try {
      return await work();
    } finally {
      await release();
    }
  };

  it.each(HARDLY_ANY)(
    "is named by probe, apply, confirm and remove, which do nothing: %i left",
    async (left) => {
      const before = await snapshot(host);
      await withRoom(left, async () => {
        expect((await probeFrom(lab, host, "root")).result).toEqual({ kind: "unfit", reason: REASON });
        for (const verb of ["apply", "confirm", "remove"] as const) {
          const { exitCode, stdout, stderr } = await runVerb(lab, host, verb, next, { marker: "m2" });
          const words = stderr.split("\n").at(-2)?.replace("portknock: web-1: ", "portknock: ");
          expect([verb, exitCode, stdout, words]).toEqual([verb, 1, "", `portknock: ${REASON}`]);
        }
      });
      expect(await snapshot(host)).toBe(before);
    },
  );

  it("is no obstacle where there is room for all of an update, which keeps open windows", async () => {
    const window = `10.77.0.99 . ${serviceId("ssh")} timeout 5m expires 4m`;
    await host.run(`nft add element inet portknock pk_admitted4 '{ ${window} }'`);
    await withRoom(ENOUGH, async () => {
      const { exitCode, stderr } = await runVerb(lab, host, "apply", next, { marker: "m3" });
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect((await runVerb(lab, host, "confirm", next, { marker: "m3" })).stderr).toBe("");
    });
    const { admitted, findings } = await readStatus(lab, host);
    expect([admitted.map((line) => line.split(" ")[1]), findings]).toEqual([["10.77.0.99"], []]);
  });
});

import { expect, test } from "vitest";
import { createLab } from "../../lab";
import { hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";

const HOSTS = 20;

test.skipIf(realProblem())(
  "a program opens twenty hosts for itself at once, with windows of ten seconds, and updates them all",
  async () => {
    await using lab = await createLab();
    const names = Array.from({ length: HOSTS }, (_, index) => `web-${index + 1}`);
    const hosts = await Promise.all(names.map((name) => lab.addHost(name)));
    const stack = await createFleetStack(lab, "dev");
    const config = {
      hosts,
      services: { ssh: { ports: ["22"], accessWindow: "10s" } },
      knockers: { ci: { services: ["ssh"] } },
      deployer: "ci",
      sequences: { ci: "41101,52202/udp,43303" },
    };
    await stack.configure(config);
    await stack.up();
    await stack.configure({ ...config, openPorts: ["8888"] });
    const { stdout } = await stack.up();
    expect(hostDiagnostics(stdout)).toEqual([]);
    expect(touched(stdout)).toEqual(
      names.flatMap((name) => [`fleet-${name}-apply`, `fleet-${name}-confirm`]).toSorted(),
    );
  },
  400_000,
);

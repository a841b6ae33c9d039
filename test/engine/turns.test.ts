import { expect, test } from "vitest";
import { createLab } from "../../lab";
import { touched } from "../support/engineOutput";
import { createFleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";

const HOSTS = 8;

test.skipIf(realProblem())(
  "a host is confirmed before it gives up, however many others the engine still has to apply, two at a time",
  async () => {
    await using lab = await createLab();
    const names = Array.from({ length: HOSTS }, (_, index) => `web-${index + 1}`);
    const hosts = await Promise.all(names.map((name) => lab.addHost(name)));
    // As slow as a host far away, or a busy one. Four turns of these are longer than the timeout, two are not.
    await Promise.all(
      hosts.map((host) =>
        host.writeFile(
          "/usr/local/sbin/systemd-run",
          '#!/bin/sh\nsleep 2\nexec /usr/bin/systemd-run "$@"\n',
          0o755,
        ),
      ),
    );
    const stack = await createFleetStack(lab, "dev");
    await stack.configure({
      hosts,
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202/udp,43303" },
      allow: [lab.operator.address4],
      rollbackTimeout: "6s",
    });
    const { stdout } = await stack.up({ args: ["--parallel", "2"] });
    expect(touched(stdout)).toEqual(
      names.flatMap((name) => [`fleet-${name}-apply`, `fleet-${name}-confirm`]).toSorted(),
    );
  },
  240_000,
);

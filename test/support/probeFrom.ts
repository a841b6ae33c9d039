import { join } from "node:path";
import type { ProbeResult } from "../../components/remote/probeHost";
import type { Lab, LabHost } from "../../lab";

interface Probed {
  readonly result: ProbeResult;
  readonly seconds: number;
  /** The most memory that asking took. */
  readonly megabytes: number;
}

/** Asks a host from the operator's side as a preview does. */
export async function probeFrom(lab: Lab, host: LabHost, user: string): Promise<Probed> {
  const { address4, hostKey } = host;
  const connection = { host: address4, hostKey, user, privateKey: lab.privateKey, perDialTimeout: 3 };
  const start = performance.now();
  const { stdout } = await lab.operator.run(["node", "--import", "tsx", join(__dirname, "probeProgram.ts")], {
    input: JSON.stringify(connection),
    env: { SSH_AUTH_SOCK: "" },
    cwd: join(__dirname, "../.."),
  });
  return { ...JSON.parse(stdout), seconds: (performance.now() - start) / 1000 };
}

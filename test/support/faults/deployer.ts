import { join } from "node:path";
import type { KnownOpening } from "../../../components/policy/deployerKnocks";
import type { Lab, LabHost } from "../../../lab";
import type { HostPayload } from "../hostPayload";
import { ask, ready } from "../packets/startPackets";
import { openingsFor } from "./faultRules";

/** Where to knock, and as whom; `name` is that of the host in the program. */
export interface KnockQuestion {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly openings: readonly KnownOpening[];
}

export interface Knocked {
  /** As whom there were knocks; the last one opened, if any did. */
  readonly tried: readonly string[];
  /** The last one that was sent. */
  readonly token: string | undefined;
  readonly seconds: number;
}

/** A deployer that knocks for itself. */
export interface Deployer {
  /** Knocks as the program of an update does that brings these rules. */
  knock(host: LabHost, wanted: HostPayload): Promise<Knocked>;
}

/** One process in the deployer's network for the whole life of the lab. */
export async function startDeployer(lab: Lab): Promise<Deployer> {
  const socketPath = join(lab.folder, "deployer.knocks");
  const program = join(import.meta.dirname, "deployerProgram.ts");
  await ready(await lab.operator.spawn([process.execPath, "--import", "tsx", program, socketPath]));
  return {
    knock: async (host, wanted) => {
      const name = wanted.owner.split("/").at(-1) ?? "";
      const question: KnockQuestion = {
        address: host.address4,
        port: host.sshPort,
        name,
        openings: openingsFor(wanted),
      };
      return (await ask(socketPath, question)) as Knocked;
    },
  };
}

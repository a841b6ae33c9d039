import { createLab, type Lab, type LabClient, type LabHost } from "../../../lab";
import { createFleetStack, type FleetConfig, type FleetStack } from "../../support/fleetStack";
import { canConnect } from "../../support/hostPayload";

/** One host with a stack of its own, and somebody who is not allowed in. */
export interface Scene {
  readonly lab: Lab;
  readonly host: LabHost;
  readonly stack: FleetStack;
  /** Another stack, which wants the host and does not own it. */
  readonly rival: FleetStack;
  readonly stranger: LabClient;
  /** Gives the stack rules that differ from those before. */
  change(): Promise<void>;
}

/** Ports that nothing else mentions: to find one in a message is a leak. */
export const SEQUENCE_PORTS: readonly string[] = ["41101", "52202", "43303", "52303"];
export const ROLLBACK_SECONDS = 20;

const SEQUENCES = ["41101,52202/udp,43303", "52303,52202/udp,41101"];

/** Boots the host and guards it. */
export async function createScene(): Promise<Scene> {
  const lab = await createLab();
  const [host, stranger] = await Promise.all([lab.addHost("web-1"), lab.addClient("stranger")]);
  const [stack, rival] = await Promise.all([createFleetStack(lab, "dev"), createFleetStack(lab, "rival")]);
  const configOf = (changes: number): FleetConfig => ({
    hosts: [host],
    services: { ssh: { ports: ["22"] } },
    sequences: { ssh: SEQUENCES[changes % SEQUENCES.length] ?? "" },
    allow: [lab.operator.address4],
    rollbackTimeout: `${ROLLBACK_SECONDS}s`,
  });
  let changes = 0;
  const change = async (): Promise<void> => {
    changes += 1;
    await stack.configure(configOf(changes));
  };
  await change();
  await stack.up();
  await rival.configure(configOf(0));
  return { lab, host, stack, rival, stranger, change };
}

/** Whether somebody who neither knocked nor is allowed gets through to the guarded port. */
export function isOpenToStrangers({ stranger, host }: Scene): Promise<boolean> {
  return canConnect(stranger, host.address4, 22);
}

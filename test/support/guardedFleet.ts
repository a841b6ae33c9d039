import { createLab, type Lab, type LabHost } from "../../lab";
import { createFleetStack, type FleetConfig, type FleetStack, type ProgramKind } from "./fleetStack";

/** Two hosts and a stack that guards their SSH port; the deployer is allowed. */
export interface GuardedFleet extends AsyncDisposable {
  readonly lab: Lab;
  readonly web1: LabHost;
  readonly web2: LabHost;
  readonly stack: FleetStack;
  readonly config: FleetConfig;
}

/** Boots the hosts and configures the stack; the first `up` is the caller's. */
export async function createFleet(
  settings: Partial<FleetConfig> = {},
  kind: ProgramKind = "CLI",
): Promise<GuardedFleet> {
  const lab = await createLab();
  const [web1, web2] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
  const stack = await createFleetStack(lab, "dev", kind);
  const config = {
    hosts: [web1, web2],
    services: { ssh: { ports: ["22"] } },
    sequences: { ssh: "41101,52202/udp,43303" },
    allow: [lab.operator.address4],
    openPorts: ["80"],
    ...settings,
  };
  await stack.configure(config);
  return { lab, web1, web2, stack, config, [Symbol.asyncDispose]: () => lab.dispose() };
}

/** From now on the host's nft refuses every candidate as nft does: it quotes what it was given. */
export async function makeNftRefuse(host: LabHost): Promise<void> {
  await host.run("mv /usr/sbin/nft /usr/sbin/nft.real");
  await host.writeFile("/usr/sbin/nft", REFUSING_NFT, 0o755);
}

export async function restoreNft(host: LabHost): Promise<void> {
  await host.run("mv /usr/sbin/nft.real /usr/sbin/nft");
}

const REFUSING_NFT = `#!/bin/sh
case $1$2 in
-f*/generations/*)
  echo "$2:12:3-40: Error: Could not process rule: No such file or directory" >&2
  cat "$2" >&2
  exit 1
  ;;
esac
exec /usr/sbin/nft.real "$@"
`;

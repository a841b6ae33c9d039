import { join } from "node:path";
import type { Lab, LabHost } from "../../../lab";
import { nmap } from "../../support/packets/nmap";
import { startSender } from "../../support/packets/startPackets";
import { giveAddresses } from "./ownAddresses";

/** Sources that are never admitted: whatever a guarded port answers them has got through. */
export interface Strangers {
  /** Sends so many packets a second with forged sources, to guarded ports most of them. */
  flood(rate: number, seconds: number): Promise<void>;
  /** Connects for real, from an address of its own. */
  connect(): Promise<void>;
  scan(): Promise<void>;
  count(): Promise<StrangersCount>;
}

export interface StrangersCount {
  /** Packets to guarded ports that were sent. */
  readonly sent: number;
  /** Answers that only somebody behind the guard gives: SYN-ACKs, and datagrams from guarded ports. */
  readonly through: number;
  readonly scannedPorts: number;
}

const FLOOD = join(import.meta.dirname, "flood.py");
const FORGED = ["10.128.0.0/9", "fd78::/16"];
const GUARDED_PERCENT = 80;
const SCANNED = "1-4000,6000-7000,22,2222";
const SCANNED_PORTS = 5001;

/** Makes the host answer forged sources to where the answers are counted, and begins to count. */
export async function watchStrangers(lab: Lab, host: LabHost): Promise<Strangers> {
  const client = await lab.addClient(`strangers-${host.name}`);
  const routes = FORGED.map(
    (network) => `ip route add ${network} via ${network.includes(":") ? client.address6 : client.address4}`,
  );
  await host.run(routes.join(" && "));
  const addresses = await giveAddresses(client);
  // So that the strangers' kernel resets what they get: a SYN-ACK without an answer would come again and again.
  for (const network of FORGED) await client.run(["ip", "route", "add", "local", network, "dev", "lo"]);
  await client.run(["nft", "-f", "-"], { input: WITNESS });
  const sender = await startSender(lab, client);
  let scannedPorts = 0;
  const hostAddress = (from: string): string => (from.includes(":") ? host.address6 : host.address4);
  return {
    flood: async (rate, seconds) => {
      const numbers = [rate, seconds, GUARDED_PERCENT].map(String);
      await client.run(["python3", FLOOD, ...numbers, host.address4, host.address6]);
    },
    connect: async () => {
      const from = addresses.next();
      const to = hostAddress(from);
      await sender.run([
        { kind: "send", protocol: "tcp", from, to, port: 2222, isHasty: true },
        { kind: "send", protocol: "udp", from, to, port: 2222, isHasty: true },
        { kind: "send", protocol: "tcp", from, to, port: 22, isHasty: true },
      ]);
    },
    scan: async () => {
      const from = addresses.next();
      const ends = { address: from, hostAddress: hostAddress(from) };
      await nmap(client, ends, ["-sS", "-p", SCANNED, "--max-rate", "3000", "--host-timeout", "20s"]);
      scannedPorts += SCANNED_PORTS;
    },
    count: async () => {
      const { stdout } = await client.run(["nft", "list", "counters"]);
      const packets = (name: string): number =>
        Number(new RegExp(`counter ${name} \\{\\s*packets (\\d+)`).exec(stdout)?.[1]);
      return { sent: packets("sent"), through: packets("through"), scannedPorts };
    },
  };
}

/** In the strangers' own network, where nothing of the host's can take it away. */
const WITNESS = `table inet witness {
  counter sent { }
  counter through { }
  chain going {
    type filter hook output priority 300
    tcp dport { 22, 2222 } counter name sent
    udp dport 2222 counter name sent
  }
  chain coming {
    type filter hook prerouting priority -300
    tcp sport { 22, 2222 } tcp flags & (syn | ack) == syn | ack counter name through
    udp sport 2222 counter name through
  }
}
`;

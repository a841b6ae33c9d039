import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SOURCE_NETWORKS } from "../../support/packets/scripts/addresses";
import { addressPacket, type SourcedPacket } from "../../support/packets/scripts/addressPacket";
import type { ScriptTarget } from "../../support/packets/scripts/scriptLab";
import type { AddressedPacket, RawReport } from "../../support/packets/startPackets";
import type { Guest } from "./guest";

/**
 * Inside the guest: the guest itself is guarded, and so may other networks be; a network outside sends from whatever
 * address it likes.
 */
export interface GuestNetwork {
  /** The guest itself. */
  readonly host: GuestTarget;
  /** Another network with a table of its own, on which somebody listens. */
  addTarget(name: string, listening: readonly string[], tokenNetwork?: string): Promise<GuestTarget>;
  send(packets: readonly AddressedPacket[], silence: number): Promise<RawReport>;
}

export interface GuestTarget extends ScriptTarget {
  readonly address4: string;
  readonly address6: string;
  load(ruleset: string): Promise<void>;
  /** The answers to packets of one source. */
  answersTo(from: string, packets: readonly string[]): Promise<readonly string[]>;
}

const OUTSIDE = { address4: "10.77.0.2", address6: "fd77::2" };
/** In a network of its own: who sends from outside resets every connection that is answered there. */
const DEPLOYER = { address4: "10.77.0.1", address6: "fd77::1" };
export const HOST_ADDRESS = { address4: "10.77.0.11", address6: "fd77::11" };

/** Seconds in which even an emulated machine answers. */
const SILENCE = 1.5;

const SOCKET = "/run/guest-sender.socket";

/** Made anew after every boot. */
export async function createGuestNetwork(guest: Guest): Promise<GuestNetwork> {
  await guest.run(
    `
    modprobe -a nf_tables veth bridge
    ip netns add outside
    ip -n outside link set lo up
    ip -n outside link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip -n outside addr add ${OUTSIDE.address4}/16 dev br0
    ip -n outside addr add ${OUTSIDE.address6}/32 dev br0 nodad
    ip -n outside link set br0 up
    mkdir -p /run/guest && cat >/run/guest/sender.py`,
    { input: source("../../support/packets/rawSender.py") },
  );
  await guest.run("cat >/run/guest/listener.py", { input: source("guestListener.py") });
  await start(guest, "sender", `ip netns exec outside python3 /run/guest/sender.py ${SOCKET} br0`);
  let targets = 0;

  const send = async (packets: readonly AddressedPacket[], silence: number): Promise<RawReport> => {
    const answer = JSON.parse(await guest.ask(SOCKET, JSON.stringify({ packets, silence })));
    if ("error" in answer) throw new Error(`the sender in the guest cannot send: ${answer.error}`);
    const steps = answer.answers.map((one: string, index: number) => ({ answer: one, at: answer.at[index] }));
    return { steps, late: answer.took };
  };
  const plug = async (inside: string, port: string, address4: string, address6: string): Promise<void> => {
    const routes = Object.values(SOURCE_NETWORKS)
      .flat()
      .map(
        (network) =>
          `${inside} ip route add ${network} via ${network.includes(":") ? OUTSIDE.address6 : OUTSIDE.address4}`,
      );
    await guest.run(`
      ip link add ${port} type veth peer name ${port}p netns outside
      ip -n outside link set ${port}p master br0 up
      ${inside === "" ? "" : `ip link set ${port} netns ${inside.split(" ").at(-1)}`}
      ${inside} ip link set lo up
      ${inside} ip addr add ${address4}/16 dev ${port}
      ${inside} ip addr add ${address6}/32 dev ${port} nodad
      ${inside} ip link set ${port} up
      ${routes.join("\n")}
      ${inside} sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0
      ${inside} sh -c 'echo >/proc/sys/net/ipv6/icmp/ratemask'
      true`);
  };
  const createTarget = async (inside: string, address4: string, address6: string): Promise<GuestTarget> => {
    const to = (from: string): string => (from.includes(":") ? address6 : address4);
    const sendTo = (packets: readonly SourcedPacket[], silence: number): Promise<RawReport> =>
      send(
        packets.map((packet) => addressPacket({ address4, address6 }, packet)),
        silence,
      );
    const answersTo = async (from: string, packets: readonly string[]): Promise<readonly string[]> =>
      (
        await sendTo(
          packets.map((packet) => ({ from, packet })),
          SILENCE,
        )
      ).steps.map(({ answer }) => answer);
    // The first packets wait for neighbour discovery.
    for (const from of [OUTSIDE.address4, OUTSIDE.address6])
      for (let tries = 0; (await answersTo(from, ["9/udp"]))[0] !== "closed"; tries += 1) {
        if (tries === 20) throw new Error(`${to(from)} in the guest does not answer`);
        await sleep(500);
      }
    return {
      address4,
      address6,
      send: sendTo,
      answersTo,
      load: async (ruleset) => {
        await guest.run(`${inside} nft -f /dev/stdin`, { input: ruleset });
      },
      list: async (command, input = "") => {
        const { stdout, started, ended } = await guest.run(`${inside} sh -c '${command}'`, { input });
        return { text: stdout, before: started, after: ended };
      },
    };
  };
  await plug("", "lab0", HOST_ADDRESS.address4, HOST_ADDRESS.address6);
  await guest.run("ip netns add deployer");
  await plug("ip netns exec deployer", "deployer0", DEPLOYER.address4, DEPLOYER.address6);
  return {
    host: await createTarget("", HOST_ADDRESS.address4, HOST_ADDRESS.address6),
    addTarget: async (name, listening, tokenNetwork) => {
      targets += 1;
      const inside = `ip netns exec ${name}`;
      const [address4, address6] = [`10.77.0.${20 + targets}`, `fd77::${20 + targets}`];
      await guest.run(`ip netns add ${name}`);
      await plug(inside, `lab${targets}`, address4, address6);
      if (tokenNetwork !== undefined) {
        await guest.run(`
          ${inside} ip -6 route add local ${tokenNetwork} dev lo
          ip -n outside -6 route add ${tokenNetwork} via ${address6}`);
      }
      await start(guest, name, `${inside} python3 /run/guest/listener.py ${listening.join(" ")}`);
      return createTarget(inside, address4, address6);
    },
    send,
  };
}

/** Starts what runs on in the guest, and waits for its first word. */
export async function start(guest: Guest, name: string, command: string): Promise<void> {
  const log = `/run/guest/${name}.log`;
  await guest.run(
    `${command} >${log} 2>&1 & until grep -qx ready ${log}; do kill -0 $! || { cat ${log} >&2; exit 1; }; sleep 0.1; done`,
  );
}

export function source(file: string): string {
  return readFileSync(join(import.meta.dirname, file), "utf8");
}

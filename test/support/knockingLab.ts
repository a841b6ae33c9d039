import type { Policy } from "../../components/policy/policy";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { startListener, startSender } from "./packets/startPackets";
import type { Answer, Step, StepReport } from "./packets/step";
import { toPort } from "./packets/toPort";

/** One host with a loaded policy, and a client that knocks from as many addresses as a test likes. */
export interface KnockingLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly host: LabHost;
  readonly client: LabClient;
  readonly policy: Policy;
  /** An address of the client that nobody has used yet. */
  nextSource(family: 4 | 6): Source;
}

/** Where packets come from. Everything is sent to the host over the address's own family. */
export interface Source {
  readonly address: string;
  readonly hostAddress: string;
  /** Sends these, `7000,8000/udp`, in order, and waits for each answer. */
  send(packets: string): Promise<readonly Answer[]>;
  run(steps: readonly Step[]): Promise<readonly StepReport[]>;
  /** The steps of `send`. */
  steps(packets: string): readonly Step[];
}

const SOURCES_PER_FAMILY = 600;

/** @param listening ports on which the host answers besides its sshd: `80/tcp`. */
export async function createKnockingLab(input: object, listening: readonly string[]): Promise<KnockingLab> {
  const lab = await createLab();
  try {
    const [host, client] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    const policy = parsePolicy(input);
    await Promise.all([
      host.run("nft -f -", { input: printRuleset(compilePolicy(policy)) }),
      // A refusal a packet, or steps would take silence for an answer: no limit per peer, and none for the host.
      host.run(`sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.icmp_ratemask=0
        echo >/proc/sys/net/ipv6/icmp/ratemask`),
      addSources(client),
      startListener(host, listening),
    ]);
    const sender = await startSender(lab, client);
    const used = { 4: 0, 6: 0 };
    const nextSource = (family: 4 | 6): Source => {
      used[family] += 1;
      if (used[family] > SOURCES_PER_FAMILY)
        throw new Error(`no IPv${family} source is left; raise their number`);
      const address = sourceAddress(family, used[family]);
      const hostAddress = family === 4 ? host.address4 : host.address6;
      const steps = (packets: string): readonly Step[] =>
        packets
          .split(",")
          .map((packet) => ({ kind: "send", ...toPort(packet), from: address, to: hostAddress }));
      return {
        address,
        hostAddress,
        steps,
        send: async (packets) => (await sender.run(steps(packets))).map(({ answer }) => answer),
        run: sender.run,
      };
    };
    return { lab, host, client, policy, nextSource, [Symbol.asyncDispose]: lab.dispose };
  } catch (error) {
    await lab.dispose();
    throw error;
  }
}

async function addSources(client: LabClient): Promise<void> {
  const numbers = Array.from({ length: SOURCES_PER_FAMILY }, (_, index) => index + 1);
  const lines = numbers.flatMap((number) => [
    `addr add ${sourceAddress(4, number)}/16 dev eth0`,
    `addr add ${sourceAddress(6, number)}/32 dev eth0 nodad`,
  ]);
  await client.run(["ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

function sourceAddress(family: 4 | 6, number: number): string {
  return family === 4
    ? `10.77.${200 + Math.floor(number / 250)}.${1 + (number % 250)}`
    : `fd77::c8:${number.toString(16)}`;
}

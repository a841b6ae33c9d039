import { join } from "node:path";
import { parsePolicy } from "../../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import type { LabClient, LabHost } from "../../../lab";
import { createKnockingLab, type Source } from "../../support/knockingLab";
import { hardwareAddress, toFrame } from "../../support/packets/ethernet";
import type { Bytes } from "../../support/packets/probes/frames";
import { ready } from "../../support/packets/startPackets";

/** A guarded host, people who knock, and an attacker who sends under any address. */
export interface AttackerLab extends AsyncDisposable {
  readonly host: LabHost;
  readonly attacker: LabClient;
  readonly knockers: readonly Source[];
  /** Forgets whatever packets have written. */
  load(input: object): Promise<void>;
  /** Sends these over and over, so many a second, and resolves when the first is sent. */
  flood(packets: readonly Bytes[], rate: number, seconds: number): Promise<Flood>;
  /** Nanoseconds until each of them was answered, one after the other. */
  roundTrips(packets: readonly Bytes[]): Promise<readonly number[]>;
  /** So many people who have not knocked before. */
  knockersOf(family: 4 | 6, count: number): readonly Source[];
  /** How many elements a set or map holds. */
  countElements(name: string): Promise<number>;
}

export interface Flood {
  /** Packets a second, when it is over. */
  readonly rate: Promise<number>;
  stop(): void;
}

export const GUARDED = 22;
export const OPEN = 80;
export const CLOSED = 4999;

const KNOCKERS = 60;
const PACKETS = join(import.meta.dirname, "../../support/packets");

export async function createAttackerLab(input: object): Promise<AttackerLab> {
  const knocking = await createKnockingLab(input, [`${OPEN}/tcp`]);
  const { lab, host } = knocking;
  const attacker = await lab.addClient("attacker");
  const [ours, theirs] = await Promise.all([hardwareAddress(attacker), hardwareAddress(host)]);
  // Answers to forged sources leave as they would on the internet.
  await host.run(
    `ip route add default via ${attacker.address4}; ip -6 route add default via ${attacker.address6}`,
  );
  const frames = (packets: readonly Bytes[]) =>
    packets.map((packet) => `${toFrame(packet, ours, theirs)}\n`).join("");
  const knockersOf = (family: 4 | 6, count: number) =>
    Array.from({ length: count }, () => knocking.nextSource(family));
  return {
    host,
    attacker,
    knockersOf,
    knockers: knockersOf(4, KNOCKERS),
    load: async (policy) => {
      await host.run("nft -f -", { input: printRuleset(compilePolicy(parsePolicy(policy))) });
    },
    flood: async (packets, rate, seconds) => {
      const command = ["python3", join(PACKETS, "floodFrames.py"), "eth0", `${rate}`, `${seconds}`];
      const started = await attacker.spawn(command, { input: frames(packets) });
      await ready(started);
      return {
        rate: started.result.then(({ stdout }) => sentPerSecond(stdout)),
        stop: () => void started.stop(),
      };
    },
    roundTrips: async (packets) => {
      const command = ["python3", join(PACKETS, "roundTrips.py"), "eth0"];
      const { stdout } = await attacker.run(command, { input: frames(packets), timeoutSeconds: 120 });
      return stdout.trim().split("\n").map(Number);
    },
    countElements: async (name) => {
      const kind = name.startsWith("pk_stage") ? "map" : "set";
      const { stdout } = await host.run(`nft list ${kind} inet portknock ${name} | grep -o expires | wc -l`);
      return Number(stdout);
    },
    [Symbol.asyncDispose]: lab.dispose,
  };
}

function sentPerSecond(output: string): number {
  const [, count, seconds] = /sent (\d+) in ([\d.]+)/.exec(output) ?? [];
  return Math.round(Number(count) / Number(seconds));
}

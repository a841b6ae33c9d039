import type { Lab, LabHost } from "../../../lab";
import { startSender } from "../../support/packets/startPackets";
import type { Step } from "../../support/packets/step";
import { toPort } from "../../support/packets/toPort";
import { giveAddresses } from "./ownAddresses";
import { DOOR, WINDOW_SECONDS } from "./soakPolicies";

/** Sources that knock, and what they may expect then. */
export interface Knockers {
  /** Knocks from a source that is not admitted. */
  knock(): Promise<"admitted" | "refused">;
  /**
   * Connects from every source: who is admitted must get in, whose window has ended must not. Ended windows are left to
   * the next check where anybody gets in. Who does not get in and is admitted by what the host lists was too slow.
   */
  check(look: Look): Promise<Checked>;
}

export interface Look {
  /** Whether anybody gets in just now. */
  isOpen(): boolean;
  /** Whether the host lists a source as admitted. */
  isAdmitted(source: string): Promise<boolean>;
}

export interface Checked {
  readonly lost: readonly string[];
  readonly overstayed: readonly string[];
  /** Windows that ended when they should. */
  readonly ended: number;
}

/** When it ends, in seconds of this process's clock: the earliest and the latest moment. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** How many times in a row it did not get in although it is admitted. */
  slow: number;
}

/** By how much a busy machine may be late. */
const SLACK_SECONDS = 3;
/** An update puts back what was left when it began to load: each makes a window longer by the time that this takes. */
const LONGER_SECONDS = 15;
const MOST_SLOW = 3;
const PORT = 2222;

export async function createKnockers(lab: Lab, host: LabHost): Promise<Knockers> {
  const client = await lab.addClient(`knockers-${host.name}`);
  const addresses = await giveAddresses(client);
  const sender = await startSender(lab, client);
  const windows = new Map<string, Window>();

  const steps = (from: string, packets: string, isHasty: boolean): readonly Step[] =>
    packets.split(",").map((packet) => ({
      kind: "send",
      ...toPort(packet),
      from,
      to: from.includes(":") ? host.address6 : host.address4,
      isHasty,
    }));
  const getsIn = async (from: string): Promise<boolean> => {
    const reports = await sender.run(steps(from, `${PORT},${PORT}/udp`, false));
    return reports.every(({ answer }) => answer === "open");
  };
  return {
    knock: async () => {
      const from = addresses.next();
      const before = now();
      await sender.run(steps(from, DOOR.sequence, true));
      if (!(await getsIn(from))) return "refused";
      windows.set(from, { from: before + WINDOW_SECONDS, to: now() + WINDOW_SECONDS, slow: 0 });
      return "admitted";
    },
    check: async ({ isOpen, isAdmitted }) => {
      const lost: string[] = [];
      const overstayed: string[] = [];
      let ended = 0;
      const checkRunning = async (source: string, window: Window): Promise<void> => {
        if ((await getsIn(source)) || (await getsIn(source))) window.slow = 0;
        else if ((await isAdmitted(source)) && window.slow < MOST_SLOW) window.slow += 1;
        else if (now() < window.from - SLACK_SECONDS) {
          lost.push(source);
          windows.delete(source);
        }
      };
      const checkEnded = async (source: string): Promise<void> => {
        const wasOpen = isOpen();
        const isIn = await getsIn(source);
        if (isIn && (wasOpen || isOpen())) return;
        if (isIn) overstayed.push(source);
        else ended += 1;
        windows.delete(source);
      };
      const checkOne = async (source: string, window: Window): Promise<void> => {
        if (now() < window.from - SLACK_SECONDS) await checkRunning(source, window);
        else if (now() > window.to + LONGER_SECONDS) await checkEnded(source);
      };
      // Side by side: a closed port may say nothing for a while.
      await Promise.all([...windows].map(([source, window]) => checkOne(source, window)));
      return { lost, overstayed, ended };
    },
  };
}

function now(): number {
  return performance.now() / 1000;
}

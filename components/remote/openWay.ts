import { connect } from "node:net";
import { knockEverywhere } from "../client/knockEverywhere";
import type { KnownSequence } from "../policy/deployerKnocks";
import type { Knock } from "../policy/policy";
import type { Hop } from "./connection";

/** A way that is held open. */
export interface OpenWay {
  /** As whom there were knocks, in vain if the port did not answer. */
  readonly tried: readonly string[];
  /** Knocks once more: rules that were just loaded know nobody. */
  again(): Promise<void>;
  /** Stops the knocking; what is open stays so until its window ends. */
  close(): void;
}

/** Nobody waits longer for the confirm of one host. A program that another process runs may never learn how it ended. */
const LONGEST_HOLD_MS = 3_600_000;

/** For an answer to a connection, while a port that is not open may answer nothing. */
const ANSWER_MS = 2000;

/**
 * Knocks at a server, as one after the other until its port answers, and goes on as the one that was let in, so that the
 * way stays open however late somebody connects. Never throws: whoever connects then finds out what is wrong.
 *
 * @param everySeconds between two times
 */
export async function openWay(
  { host, port }: Pick<Hop, "host" | "port">,
  sequences: readonly KnownSequence[],
  everySeconds: number,
): Promise<OpenWay> {
  const tried: string[] = [];
  let current = sequences[0];
  for (const known of sequences) {
    tried.push(known.name);
    await knockAt(host, known.sequence);
    if (await answers(host, port)) {
      current = known;
      break;
    }
  }
  const again = (): Promise<void> => knockAt(host, current?.sequence ?? []);
  const timer = setInterval(() => void again(), everySeconds * 1000).unref();
  const end = setTimeout(() => clearInterval(timer), LONGEST_HOLD_MS).unref();
  return {
    tried,
    again,
    close: () => {
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}

/** What stands in the way, whoever connects finds out. */
async function knockAt(host: string, sequence: readonly Knock[]): Promise<void> {
  await knockEverywhere(host, sequence).catch(() => undefined);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(ANSWER_MS, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

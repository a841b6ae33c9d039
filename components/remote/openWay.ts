import { connect } from "node:net";
import { type ClientOpening, knockEverywhere } from "../client/knockEverywhere";
import type { Hop } from "./connection";

/** As whom to knock, with what, and how often so that the way stays open. Secret. */
export interface HeldOpening {
  readonly name: string;
  readonly opening: ClientOpening;
  readonly everySeconds: number;
}

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
 */
export async function openWay(
  server: Pick<Hop, "host" | "port">,
  openings: readonly [HeldOpening, ...HeldOpening[]],
): Promise<OpenWay> {
  const tried: string[] = [];
  let current = openings[0];
  for (const held of openings) {
    tried.push(held.name);
    if (await opens(server, held.opening)) {
      current = held;
      break;
    }
  }
  const again = (): Promise<void> => knockAt(server.host, current.opening);
  const timer = setInterval(() => void again(), current.everySeconds * 1000).unref();
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

/** Another client may have used the same token up. */
const TRIES: Readonly<Record<ClientOpening["kind"], number>> = { sequence: 1, tokens: 8 };

async function opens({ host, port }: Pick<Hop, "host" | "port">, opening: ClientOpening): Promise<boolean> {
  for (let tries = 0; tries < TRIES[opening.kind]; tries += 1) {
    await knockAt(host, opening);
    if (await answers(host, port)) {
      return true;
    }
  }
  return false;
}

/** What stands in the way, whoever connects finds out. */
async function knockAt(host: string, opening: ClientOpening): Promise<void> {
  await knockEverywhere(host, opening).catch(() => undefined);
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

import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findTargets, KnockError, type Target, UNREACHABLE_CODES } from "./knock";
import { type ClientOpening, knockAt } from "./knockEverywhere";

/** Where somebody wants in, and with what. */
export interface ComeInOptions {
  /** A name or an address. */
  readonly host: string;
  /** The TCP port to connect to. */
  readonly port: number;
  readonly opening: ClientOpening;
  /** Over this family only. Default: one address after the other, in the order of the look-up. */
  readonly family?: 4 | 6;
  /** How long it may take until a connection stands, in milliseconds. */
  readonly withinMilliseconds: number;
}

/**
 * `noWay`: nothing came to the host, or a firewall on the way says so. `stillClosed`: knocks were sent, and no connection came
 * about. `closedAgain`: connections come about, and the other side ends them without a word.
 */
export type ComeInFailure = "noWay" | "stillClosed" | "closedAgain";

/** Which leg of the way failed: `host: what is wrong; what to do`. Never holds a port of a sequence. */
export class ComeInError extends Error {
  constructor(
    readonly kind: ComeInFailure,
    message: string,
  ) {
    super(message);
    this.name = "ComeInError";
  }
}

/** One connection attempt: a SYN that is lost is sent again after a second, and an old attempt keeps nobody from knocking anew. */
const CONNECT_MILLISECONDS = 1500;

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 4000;

/** How long a server that speaks first may take for it, as those of SSH do at once. */
const SILENCE_MILLISECONDS = 2000;

/**
 * Knocks and connects, both to the same address, again and again with pauses that grow, until a connection stands.
 *
 * @throws KnockError where the host has no such address. ComeInError where the time is over.
 */
export async function comeIn(options: ComeInOptions): Promise<Socket> {
  const { host, port, family, withinMilliseconds } = options;
  const targets = await targetsOf(host, family);
  const end = performance.now() + withinMilliseconds;
  let reached = false;
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
    for (const [index, target] of targets.entries()) {
      const now = performance.now();
      // An address that says nothing leaves the others their share.
      const outcome = await knockAndConnect(target, options, now + (end - now) / (targets.length - index));
      if (typeof outcome === "object") {
        return outcome;
      }
      reached ||= outcome === "closed";
      if (performance.now() >= end) {
        break;
      }
    }
    if (performance.now() + pause >= end) {
      throw reached ? stillClosed(host, port) : noWay(host);
    }
    await sleep(pause);
  }
}

/**
 * The same, to see whether the port is open: the connection is ended again. Of an access window `once` that uses the admission up.
 *
 * @throws ComeInError also where the other side ends it without a word.
 */
export async function tryDoor(options: ComeInOptions): Promise<void> {
  const socket = await comeIn(options);
  try {
    if (!(await stands(socket))) {
      throw closedAgain(options.host, options.port);
    }
  } finally {
    socket.destroy();
  }
}

export function closedAgain(host: string, port: number): ComeInError {
  return new ComeInError(
    "closedAgain",
    `${host}: port ${port} opens, and the connection is ended at once without a word; look there at what listens, and at what it refuses`,
  );
}

async function targetsOf(host: string, family: 4 | 6 | undefined): Promise<readonly Target[]> {
  const targets = (await findTargets(host)).filter(
    (target) => family === undefined || target.family === family,
  );
  if (targets.length === 0) {
    throw new KnockError("noAddressOfFamily", `${host}: has no IPv${family} address; leave the family open`);
  }
  return targets;
}

async function knockAndConnect(
  target: Target,
  { port, opening }: ComeInOptions,
  end: number,
): Promise<Socket | "closed" | "unreachable"> {
  try {
    await knockAt(target, opening);
  } catch (error) {
    if (error instanceof KnockError && error.kind === "unreachable") {
      return "unreachable";
    }
    throw error;
  }
  // Knocks take their time, whatever is left of it.
  const left = Math.max(0, end - performance.now());
  return connectTo(target, port, Math.min(CONNECT_MILLISECONDS, left));
}

function connectTo(
  { address, family }: Target,
  port: number,
  milliseconds: number,
): Promise<Socket | "closed" | "unreachable"> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, family });
    const giveUp = (outcome: "closed" | "unreachable"): void => {
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => giveUp("closed"), milliseconds);
    const onError = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      giveUp(UNREACHABLE_CODES.has(error.code ?? "") ? "unreachable" : "closed");
    };
    socket.once("error", onError);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", onError);
      resolve(socket);
    });
  });
}

/** Whether the other side says something, or leaves the connection be. */
function stands(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), SILENCE_MILLISECONDS);
    const settle = (is: boolean) => () => {
      clearTimeout(timer);
      resolve(is);
    };
    socket.once("data", settle(true));
    socket.once("end", settle(false));
    socket.once("error", settle(false));
  });
}

function noWay(host: string): ComeInError {
  return new ComeInError(
    "noWay",
    `${host}: no way to the host, or a firewall on it says so; check the network, its routes and the address`,
  );
}

function stillClosed(host: string, port: number): ComeInError {
  return new ComeInError(
    "stillClosed",
    `${host}: knocks were sent, and port ${port} is still closed; check that the sequence or token is the host's of today, that nothing on the way takes knocks out or changes the source address, and this machine's clock where it is a token`,
  );
}

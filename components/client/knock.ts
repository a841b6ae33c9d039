import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { connect, isIP, isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Knock } from "../policy/sequence";

/** At which host `knock` knocks, and how. */
export interface KnockOptions {
  /** The host to knock at: a name or an IPv4 or IPv6 address, without a port. A name is looked up once. */
  readonly host: string;
  /** The knocks in their order, from `parseSequence`. */
  readonly sequence: readonly Knock[];
  /** Knock over this family only. Default: the family of the first address that the look-up gives. */
  readonly family?: 4 | 6;
  /**
   * From the start of one knock to the start of the next, in milliseconds, from 0 to 300000. Keep it below
   * the knock timeout of the service; near 0 the network may change the order. Default: 100.
   */
  readonly delayMilliseconds?: number;
  /** Stops before the next knock; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each knock with the number sent so far. */
  readonly onKnock?: (knocks: number) => void;
}

/** What `knock` did. */
export interface KnockReport {
  /** The address that every knock went to. */
  readonly address: string;
  /** The family of that address. */
  readonly family: 4 | 6;
  /** How many knocks were sent. Whether they opened anything only a connection can show. */
  readonly knocks: number;
  /**
   * How many knocks were answered "unreachable". A firewall that rejects with "prohibited" and a host that is
   * down look the same from here, so this is no error: the knocks may well have counted.
   */
  readonly unreachableAnswers: number;
}

export type KnockFailure = "badHost" | "unknownHost" | "noAddressOfFamily" | "unreachable" | "notSent";

/** Why the knocks could not be sent: `host: what is wrong; what to do`. Never holds a port. */
export class KnockError extends Error {
  constructor(
    readonly kind: KnockFailure,
    message: string,
  ) {
    super(message);
    this.name = "KnockError";
  }
}

export type Target = Pick<KnockReport, "address" | "family">;
type Answer = "unreachable" | "other";

/** A knock timeout is not longer either. */
export const MAX_DELAY_MILLISECONDS = 300_000;
const DEFAULT_DELAY_MILLISECONDS = 100;

/** A SYN without an answer is sent again after 1 s (Linux, macOS); Windows tries again 0.5 s after a refusal. */
const MAX_ATTEMPT_MILLISECONDS = 400;

/** What connect(2) says where the network has no way, or a firewall on it says so. */
export const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EACCES",
]);

/**
 * Knocks at a host: one SYN for each TCP knock and one empty datagram for each UDP knock, in order, all to one
 * address. What the knocked ports answer does not matter.
 *
 * @throws KnockError when the host has no such address or a knock could not be sent.
 */
export async function knock(options: KnockOptions): Promise<KnockReport> {
  const delay = options.delayMilliseconds ?? DEFAULT_DELAY_MILLISECONDS;
  if (!(delay >= 0 && delay <= MAX_DELAY_MILLISECONDS)) {
    throw new RangeError(`delayMilliseconds: is out of range; use 0 to ${MAX_DELAY_MILLISECONDS}`);
  }
  for (const [index, { port }] of options.sequence.entries()) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`sequence: knock ${index + 1} is not a port; use parseSequence`);
    }
  }
  options.signal?.throwIfAborted();
  const target = await findTarget(options.host, options.family);

  let unreachableAnswers = 0;
  let nextStart = performance.now();
  for (const [index, { protocol, port }] of options.sequence.entries()) {
    await sleepUntil(nextStart, options.signal);
    options.signal?.throwIfAborted();
    nextStart = performance.now() + delay;
    const settleMilliseconds = Math.min(delay, MAX_ATTEMPT_MILLISECONDS);
    const failed = (code: string) => sendFailure(code, `${options.host}: knock ${index + 1}`);
    if (protocol === "tcp") {
      const answer = await sendSyn(target, port, settleMilliseconds, failed);
      unreachableAnswers += answer === "unreachable" ? 1 : 0;
    } else {
      await sendDatagram(target, port, new Uint8Array(0), failed);
      // Also after the last knock: what the caller sends next must not overtake it.
      await sleepUntil(performance.now() + settleMilliseconds, options.signal);
    }
    options.onKnock?.(index + 1);
  }
  return { ...target, knocks: options.sequence.length, unreachableAnswers };
}

/**
 * Sends a token: one datagram to one address. Whether it opened anything only a connection can show.
 *
 * @param token 32 hexadecimal digits, from `tokenOf`
 * @throws KnockError when it could not be sent.
 */
export async function sendToken(target: Target, token: string): Promise<void> {
  const failed = (code: string) => sendFailure(code, `${target.address}: the packet`);
  await sendDatagram(target, TOKEN_PORT, Buffer.from(token, "hex"), failed);
  // What the caller sends next must not overtake it.
  await sleepUntil(performance.now() + DEFAULT_DELAY_MILLISECONDS, undefined);
}

/** Where a token goes does not matter to the host: this is the discard service of RFC 863, which hardly anybody has. */
export const TOKEN_PORT = 9;

/** One look-up of all families, so that "no such host" and "no address of that family" are told apart. */
export async function findTarget(host: string, family: 4 | 6 | undefined): Promise<Target> {
  const target = (await findTargets(host)).find((found) => family === undefined || found.family === family);
  if (target === undefined) {
    throw new KnockError(
      "noAddressOfFamily",
      `${host}: has no IPv${family ?? 4} address; leave the family open, or give another host`,
    );
  }
  return target;
}

/** Every address of a host. */
export async function findTargets(host: string): Promise<readonly Target[]> {
  // Not quoted: somebody may have written a port, or the sequence, in the host's place.
  if (host === "" || (/[\s,;:/@[\]\p{Cc}]/u.test(host) && !isIPv6(host))) {
    throw new KnockError("badHost", "host: is not a name or an address; give one, without a port or a user");
  }
  const found = await lookup(host, { all: true, verbatim: true }).catch((): [] => {
    throw new KnockError("unknownHost", `${host}: cannot be looked up; check the name and the name server`);
  });
  return found.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
}

/** Timers may fire up to a millisecond early; a knock must not. */
async function sleepUntil(time: number, signal: AbortSignal | undefined): Promise<void> {
  for (let rest = time - performance.now(); rest > 0; rest = time - performance.now()) {
    await sleep(Math.ceil(rest), undefined, signal === undefined ? {} : { signal }).catch(() =>
      signal?.throwIfAborted(),
    );
  }
}

/** Starts one connection and gives it up after the answer or `attemptMilliseconds`, before a second SYN. */
async function sendSyn(
  target: Target,
  port: number,
  attemptMilliseconds: number,
  failed: (code: string) => KnockError,
): Promise<Answer> {
  const socket = connect({ host: target.address, port, family: target.family });
  const answered = new AbortController();
  socket.on("connect", () => answered.abort());
  socket.on("error", () => answered.abort());
  // connect(2) has run by the next tick. What it refuses at once never left this machine; what fails later is
  // an answer from the network. Only this order tells them apart: the error codes are the same.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  if (socket.errored !== null) {
    throw failed(codeOf(socket.errored));
  }
  await sleep(attemptMilliseconds, undefined, { signal: answered.signal }).catch(() => undefined);
  socket.destroy();
  return socket.errored !== null && UNREACHABLE_CODES.has(codeOf(socket.errored)) ? "unreachable" : "other";
}

/** The socket is new for each knock, so that no knock belongs to a flow that connection tracking knows. */
async function sendDatagram(
  target: Target,
  port: number,
  payload: Uint8Array,
  failed: (code: string) => KnockError,
): Promise<void> {
  const socket = createSocket(target.family === 6 ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      const settle = (error: Error | null) => (error === null ? resolve() : reject(failed(codeOf(error))));
      socket.once("error", settle);
      socket.send(payload, port, target.address, settle);
    });
  } finally {
    socket.close();
  }
}

/** Node's own message holds the address and the port, so only its code is passed on. */
function sendFailure(code: string, where: string): KnockError {
  return UNREACHABLE_CODES.has(code)
    ? new KnockError("unreachable", `${where} has no way to the host; check the network and its routes`)
    : new KnockError(
        "notSent",
        `${where} could not be sent (${code}); check this machine's firewall and limits`,
      );
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "unknown reason";
}

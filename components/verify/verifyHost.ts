import { setTimeout as sleep } from "node:timers/promises";
import { ComeInError, comeIn } from "../client/comeIn";
import { findTargets, KnockError, type Target } from "../client/knock";
import type { ClientOpening } from "../client/knockEverywhere";
import { lookAt, type Meets } from "../client/lookAt";
import { printDuration } from "../policy/duration";
import type { PortRange } from "../policy/policy";
import { overlaps } from "../policy/portRange";
import type { Check, VerifiedAddress } from "./verification";

/** A host as it should look from outside. Secret. */
export interface Expected {
  /** What the one who asks calls it. */
  readonly name: string;
  /** A name or an address. */
  readonly host: string;
  readonly guarded: readonly PortRange[];
  readonly open: readonly PortRange[];
  readonly traps: readonly PortRange[];
  /** The ports of all sequences that are known. */
  readonly knocked: readonly number[];
  /** What opens it; in words, why whoever asks has nothing, or more than one thing. */
  readonly key: ExpectedKey | string;
}

/** What opens a host, and what that opens. Secret. */
export interface ExpectedKey {
  readonly opening: ClientOpening;
  /** The TCP port that the opening opens; none where it opens UDP ports alone. */
  readonly port: number | undefined;
  /** How long it opens, in seconds, where that is known. */
  readonly windowSeconds: number | undefined;
  /** Whether the first connection uses the admission up. */
  readonly once: boolean;
}

/** For longer than that nobody waits to see a port close again, in seconds. */
export interface Patience {
  readonly longestSeconds: number;
}

const NO_WAY = "no way to the host, or a firewall on it says so; check the network and its routes";

/** Of a range of ports the first is looked at, and of many ranges so many. */
const MOST_PORTS = 20;

/** How long a port may take to open. */
const OPENS_WITHIN_MILLISECONDS = 15_000;

/** Between the end of a window as this machine counts it and as the host does. */
const SPARE_MILLISECONDS = 1500;

/** Looks at all addresses of a host from outside, one after the other. Connects and knocks, and touches nothing there. */
export async function verifyHost(
  expected: Expected,
  patience: Patience,
): Promise<readonly VerifiedAddress[]> {
  const { name: host, host: address } = expected;
  const targets = await findTargets(address).catch((error: unknown) => wordsOf(error));
  if (typeof targets === "string") {
    return [{ host, address, checks: [{ what: "is found", outcome: "failed", words: targets }] }];
  }
  // A knock may let this machine in at all of them: whether they look closed is seen before the first.
  const looks: Look[] = [];
  for (const target of targets) {
    looks.push(await lookFromOutside(target, expected));
  }
  const verified: VerifiedAddress[] = [];
  for (const { target, checks, openPorts } of looks) {
    const knocked = await opensAndCloses(target, expected.key, openPorts, patience);
    verified.push({ host, address: target.address, checks: [...checks, ...knocked] });
  }
  return verified;
}

/** What was seen before anybody knocked. */
interface Look {
  readonly target: Target;
  readonly checks: readonly Check[];
  /** Guarded ports that were open all the same. */
  readonly openPorts: readonly number[];
}

async function lookFromOutside(target: Target, expected: Expected): Promise<Look> {
  const closed = await lookAt(target, unnamedPort(expected));
  const checks: Check[] = [];
  const openPorts: number[] = [];
  for (const port of guardedPorts(expected)) {
    const meets = await lookAt(target, port);
    checks.push(looksClosed(port, meets, closed));
    if (meets === "open") {
      openPorts.push(port);
    }
  }
  for (const port of portsToLookAt(expected.open)) {
    checks.push(isOpen(port, await lookAt(target, port)));
  }
  return { target, checks, openPorts };
}

/** The one that is to open is among them. */
function guardedPorts({ guarded, key }: Expected): readonly number[] {
  const opened = typeof key === "string" || key.port === undefined ? [] : [key.port];
  return [...new Set([...portsToLookAt(guarded), ...opened])];
}

function looksClosed(port: number, meets: Meets, closed: Meets): Check {
  const what = `${port}/tcp looks closed`;
  if (meets === "open") {
    const words =
      "is open without a knock; run this from a machine that neither allow nor a window lets in, and look at the host's rules";
    return { what, outcome: "failed", words };
  }
  if (meets === "unreachable") {
    return { what, outcome: "failed", words: NO_WAY };
  }
  return meets === closed || closed === "open"
    ? { what, outcome: "passed", words: `${meets}, as a port on which nobody listens` }
    : {
        what,
        outcome: "failed",
        words: `${meets}, and a port on which nobody listens is ${closed}: it stands out; set guardedAnswer to what closed ports do`,
      };
}

function isOpen(port: number, meets: Meets): Check {
  const what = `${port}/tcp is open`;
  return meets === "open"
    ? { what, outcome: "passed", words: "answers everybody" }
    : {
        what,
        outcome: "failed",
        words: `${meets}; look whether something listens there, and what else filters`,
      };
}

async function opensAndCloses(
  target: Target,
  key: ExpectedKey | string,
  openPorts: readonly number[],
  { longestSeconds }: Patience,
): Promise<readonly Check[]> {
  const [opens, closes] = ["opens after the knock", "closes again"];
  if (typeof key === "string") {
    return [{ what: opens, outcome: "skipped", words: key }];
  }
  const { opening, port, windowSeconds, once } = key;
  if (port === undefined) {
    const words = "opens UDP ports alone, of which nothing shows from outside whether they are open";
    return [{ what: opens, outcome: "skipped", words }];
  }
  if (openPorts.includes(port)) {
    return [{ what: opens, outcome: "skipped", words: `${port}/tcp was open before` }];
  }
  const begin = performance.now();
  try {
    const { address: host, family } = target;
    const socket = await comeIn({
      host,
      family,
      port,
      opening,
      withinMilliseconds: OPENS_WITHIN_MILLISECONDS,
    });
    socket.destroy();
  } catch (error) {
    return [{ what: opens, outcome: "failed", words: wordsOf(error) }];
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const opened: Check = { what: opens, outcome: "passed", words: `${port}/tcp, within ${seconds} s` };
  if (windowSeconds === undefined || (windowSeconds > longestSeconds && !once)) {
    const words =
      windowSeconds === undefined
        ? "the card does not say how long it opens"
        : `it opens for ${printDuration(windowSeconds)}; give --longest ${printDuration(windowSeconds)} to wait for that`;
    return [opened, { what: closes, outcome: "skipped", words }];
  }
  // The knocks that opened it were sent before the connection stood.
  await sleep(once ? 0 : windowSeconds * 1000 + SPARE_MILLISECONDS);
  const meets = await lookAt(target, port);
  if (meets === "unreachable") {
    return [opened, { what: closes, outcome: "failed", words: NO_WAY }];
  }
  return [
    opened,
    meets === "open"
      ? { what: closes, outcome: "failed", words: `${port}/tcp is still open; look at the host's rules` }
      : {
          what: closes,
          outcome: "passed",
          words: once
            ? `${port}/tcp is ${meets} to a second connection`
            : `${port}/tcp is ${meets} after ${printDuration(windowSeconds)}`,
        },
  ];
}

function wordsOf(error: unknown): string {
  return error instanceof KnockError || error instanceof ComeInError
    ? error.message
    : "for a reason that is not known";
}

function portsToLookAt(ranges: readonly PortRange[]): readonly number[] {
  const ports = ranges.flatMap(({ protocol, from }) => (protocol === "tcp" ? [from] : []));
  return [...new Set(ports)].slice(0, MOST_PORTS);
}

/** One that nobody names, and that is no knock: above all that sequences should use, and below where nothing may listen. */
function unnamedPort({ guarded, open, traps, knocked }: Expected): number {
  for (let port = 65_500; ; port -= 1) {
    const range: PortRange = { protocol: "tcp", from: port, to: port };
    if (![...guarded, ...open, ...traps].some((each) => overlaps(each, range)) && !knocked.includes(port)) {
      return port;
    }
  }
}

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIPv6, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { unreachable } from "../../../components/policy/unreachable";
import type { Answer, Step, StepReport } from "./step";

const SILENCE_MILLISECONDS = 1500;

type RunSteps = (steps: readonly Step[]) => Promise<readonly StepReport[]>;

/** Runs steps one after the other. Connections that talk are kept from one call to the next. */
export function createScriptRunner(): RunSteps {
  const talks = new Map<string, Socket>();
  return async (steps) => {
    const reports: StepReport[] = [];
    for (const step of steps) {
      const at = performance.now() / 1000;
      reports.push({ answer: await run(step), at });
    }
    return reports;
  };

  async function run(step: Step): Promise<Answer> {
    switch (step.kind) {
      case "wait":
        await sleep(step.milliseconds);
        return "unknown";
      case "talk":
        return talk(step);
      case "send": {
        const { answer } = step.protocol === "tcp" ? await sendSyn(step) : await sendDatagram(step);
        return step.isHasty ? "unknown" : await answer;
      }
      default:
        return unreachable(step);
    }
  }

  async function talk({ from, to, port }: Step & { kind: "talk" }): Promise<Answer> {
    const key = [from, to, port].join(" ");
    const socket = talks.get(key) ?? connect({ host: to, port, localAddress: from });
    talks.set(key, socket);
    socket.write("hello");
    return firstOf(socket, "data");
  }
}

/** Sent, with the answer still to come. */
interface Sent {
  readonly answer: Promise<Answer>;
}

async function sendSyn({ from, to, port }: Step & { kind: "send" }): Promise<Sent> {
  const socket = connect({ host: to, port, localAddress: from });
  const answer = firstOf(socket, "connect").finally(() => {
    socket.on("error", () => {});
    socket.resetAndDestroy();
  });
  // connect(2) runs in the next tick.
  await new Promise((resolve) => process.nextTick(resolve));
  return { answer };
}

async function sendDatagram({ from, to, port }: Step & { kind: "send" }): Promise<Sent> {
  const socket = createSocket(isIPv6(to) ? "udp6" : "udp4");
  socket.bind(0, from);
  await once(socket, "listening");
  if (isBroadcast(to)) {
    socket.setBroadcast(true);
  }
  socket.connect(port, to);
  await once(socket, "connect");
  const answer = firstOf(socket, "message").finally(() => socket.close());
  await new Promise((resolve) => socket.send("", resolve));
  return { answer };
}

async function firstOf(socket: NodeJS.EventEmitter, event: string): Promise<Answer> {
  const signal = AbortSignal.timeout(SILENCE_MILLISECONDS);
  try {
    // Rejects with the error that the socket emits: "connection refused" for a reset and for port unreachable.
    await once(socket, event, { signal });
    return "open";
  } catch (error) {
    if (signal.aborted) return "silent";
    if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return "closed";
    throw error;
  }
}

function isBroadcast(address: string): boolean {
  return address.endsWith(".255") || address.startsWith("224.");
}

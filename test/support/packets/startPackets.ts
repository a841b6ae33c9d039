import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Lab, LabClient, LabHost, RunningProcess } from "../../../lab";
import { createStation, type Station } from "../../../lab/station";
import type { RawMessage, RawPacket } from "./rawPacket";
import type { Answer, Step, StepReport } from "./step";

/** Sends real packets from a client's network, from any address of that client. */
export interface Sender {
  /** Runs the steps in order. Scripts that are sent at the same time overlap. */
  run(steps: readonly Step[]): Promise<readonly StepReport[]>;
}

/** One process for the whole life of the lab: a packet then costs a millisecond. */
export async function startSender(lab: Lab, client: LabClient): Promise<Sender> {
  const socketPath = join(lab.folder, `${client.namespace}.sender`);
  await ready(await client.spawn(tsx("sender.ts", socketPath)));
  return {
    run: async (steps) => (await ask(socketPath, steps)) as readonly StepReport[],
  };
}

/** Sends crafted packets, from any address. */
export interface RawSender {
  /**
   * Sends the packets in order, not held up by answers; those of several calls take turns. `silence` is for how many
   * seconds answers may come after the last packet.
   */
  send(packets: readonly AddressedPacket[], silence: number): Promise<RawReport>;
}

export interface RawReport {
  readonly steps: readonly StepReport[];
  /** Seconds by which a packet may have been sent later than its report says. */
  readonly late: number;
}

interface RawAnswers {
  readonly answers: readonly Answer[];
  readonly at: readonly number[];
  readonly took: number;
}

export type AddressedPacket = (RawPacket | RawMessage) & { readonly from: string; readonly to: string };

/** Whoever is to answer must route the senders' addresses to this client, which need not have them. */
export async function startRawSender(lab: Lab, client: LabClient): Promise<RawSender> {
  const socketPath = join(lab.folder, `${client.namespace}.socket`);
  await ready(await client.spawn(["python3", join(import.meta.dirname, "rawSender.py"), socketPath, "eth0"]));
  return {
    send: async (packets, silence) => {
      const report = (await ask(socketPath, { packets, silence })) as RawAnswers | { readonly error: string };
      if ("error" in report) throw new Error(`the raw sender cannot send: ${report.error}`);
      const { answers, at, took } = report;
      const steps = answers.map((answer, index) => ({ answer, at: at[index] ?? 0 }));
      return { steps, late: took };
    },
  };
}

/** Answers on ports of a host: `22/tcp`, `53/udp`. */
export async function startListener(host: LabHost | Station, ports: readonly string[]): Promise<void> {
  const station = createStation(host.namespace, host);
  await ready(await station.spawn(tsx("listener.ts", ...ports)));
}

/** One line to a process that listens in the file system, and the line that it answers with. */
export async function ask(socketPath: string, question: unknown): Promise<unknown> {
  const connection = connect(socketPath);
  try {
    connection.write(`${JSON.stringify(question)}\n`);
    const lines = createInterface({ input: connection });
    const ended = once(lines, "close").then(() => {
      throw new Error("the sender ended without an answer");
    });
    const [line] = await Promise.race([once(lines, "line"), ended]);
    ended.catch(() => {});
    return JSON.parse(line);
  } finally {
    connection.destroy();
  }
}

function tsx(file: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, "--import", "tsx", join(import.meta.dirname, file), ...args];
}

export async function ready(started: RunningProcess): Promise<void> {
  const line = once(createInterface({ input: started.stdout }), "line");
  const ended = started.result.then(({ stderr }) => {
    throw new Error(`ended before it was ready: ${stderr}`);
  });
  await Promise.race([line, ended]);
  // When the lab is disposed of, it ends.
  ended.catch(() => {});
}

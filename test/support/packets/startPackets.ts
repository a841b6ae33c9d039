import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Lab, LabClient, LabHost, RunningProcess } from "../lab";
import { createStation } from "../lab/station";
import type { Step, StepReport } from "./step";

/** Sends real packets from a client's network, from any address of that client. */
export interface Sender {
  /** Runs the steps in order. Scripts that are sent at the same time overlap. */
  run(steps: readonly Step[]): Promise<readonly StepReport[]>;
}

/** One process for the whole life of the lab: a packet then costs a millisecond. */
export async function startSender(lab: Lab, client: LabClient): Promise<Sender> {
  const socketPath = join(lab.folder, "sender.socket");
  await ready(await client.spawn(tsx("sender.ts", socketPath)));
  return {
    run: async (steps) => {
      const connection = connect(socketPath);
      try {
        connection.write(`${JSON.stringify(steps)}\n`);
        const [line] = await once(createInterface({ input: connection }), "line");
        return JSON.parse(line) as readonly StepReport[];
      } finally {
        connection.destroy();
      }
    },
  };
}

/** Answers on ports of a host: `22/tcp`, `53/udp`. */
export async function startListener(host: LabHost, ports: readonly string[]): Promise<void> {
  const station = createStation(host.namespace, host);
  await ready(await station.spawn(tsx("listener.ts", ...ports)));
}

function tsx(file: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, "--import", "tsx", join(import.meta.dirname, file), ...args];
}

async function ready(started: RunningProcess): Promise<void> {
  const line = once(createInterface({ input: started.stdout }), "line");
  const ended = started.result.then(({ stderr }) => {
    throw new Error(`ended before it was ready: ${stderr}`);
  });
  await Promise.race([line, ended]);
  // When the lab is disposed of, it ends.
  ended.catch(() => {});
}

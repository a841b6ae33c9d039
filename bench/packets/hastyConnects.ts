import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One try for each source: the knocks, and right behind them a connection. */
export interface HastyConnects {
  readonly host: string;
  readonly port: number;
  readonly knocks: readonly number[];
  readonly sources: readonly string[];
  /** Between the last knock and the connection. */
  readonly pauseMilliseconds: number;
}

/** A lost SYN is sent again after a second: whoever is let in by then was let in by its first SYN. */
const ANSWERED_MILLISECONDS = 200;

// Started in the sender's network. What it is to do is its argument; it prints how many tries were answered.
async function main(wanted: HastyConnects): Promise<void> {
  let admitted = 0;
  for (const source of wanted.sources) {
    if (await tryFrom(source, wanted)) admitted += 1;
  }
  process.stdout.write(`${admitted}\n`);
}

async function tryFrom(source: string, wanted: HastyConnects): Promise<boolean> {
  const open = (port: number): Socket => {
    const socket = connect({ host: wanted.host, port, localAddress: source });
    socket.on("error", () => {});
    return socket;
  };
  // connect(2) of all of them runs in the next tick, one directly after the other.
  const knocks = wanted.knocks.map(open);
  if (wanted.pauseMilliseconds > 0) await sleep(wanted.pauseMilliseconds);
  const connection = open(wanted.port);
  const isAdmitted = await Promise.race([
    new Promise<boolean>((resolve) => {
      connection.once("connect", () => resolve(true));
      connection.once("close", () => resolve(false));
    }),
    sleep(ANSWERED_MILLISECONDS, false),
  ]);
  for (const socket of [...knocks, connection]) socket.destroy();
  return isAdmitted;
}

void main(JSON.parse(process.argv[2] ?? ""));

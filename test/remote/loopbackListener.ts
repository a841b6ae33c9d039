import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";
import type { Knock } from "../../components/policy/sequence";

/** One knock as it arrived. */
export interface Arrival {
  readonly knock: Knock;
  readonly from: string;
  readonly bytes: number;
  readonly atMilliseconds: number;
}

/** Writes down what arrives at its ports of one loopback address, until the test is over. */
export class LoopbackListener {
  readonly arrivals: Arrival[] = [];

  constructor(readonly address: "127.0.0.1" | "::1") {}

  /** Listens on a free TCP port: a knock there is answered by a connection. */
  async tcp(): Promise<Knock> {
    const server = createServer();
    server.listen(0, this.address);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const knock: Knock = { protocol: "tcp", port: portOf(server.address()) };
    server.on("connection", (socket) => {
      this.arrivals.push({
        knock,
        from: socket.remoteAddress ?? "",
        bytes: 0,
        atMilliseconds: performance.now(),
      });
      socket.on("error", () => undefined).destroy();
    });
    return knock;
  }

  async udp(): Promise<Knock> {
    const socket = createSocket(this.address === "::1" ? "udp6" : "udp4");
    socket.bind(0, this.address);
    await once(socket, "listening");
    onTestFinished(() => void socket.close());
    const knock: Knock = { protocol: "udp", port: portOf(socket.address()) };
    socket.on("message", (message, { address }) => {
      this.arrivals.push({ knock, from: address, bytes: message.length, atMilliseconds: performance.now() });
    });
    return knock;
  }

  /** A TCP port on which nobody listens: a knock there is refused. */
  async closedTcp(): Promise<Knock> {
    const server = createServer().listen(0, this.address);
    await once(server, "listening");
    const knock: Knock = { protocol: "tcp", port: portOf(server.address()) };
    server.close();
    await once(server, "close");
    return knock;
  }
}

function portOf(address: string | { readonly port: number } | null): number {
  if (address === null || typeof address === "string") {
    throw new Error("bug: it listens on no port");
  }
  return address.port;
}

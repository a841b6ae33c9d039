import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

// Started in a host's network: repeats what it hears on each `port/protocol` that it is given.
async function main(ports: readonly string[]): Promise<void> {
  for (const [port, protocol] of ports.map((text) => text.split("/"))) {
    await (protocol === "udp" ? listenUdp(Number(port)) : listenTcp(Number(port)));
  }
  process.stdout.write("ready\n");
}

async function listenTcp(port: number): Promise<void> {
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    connection.pipe(connection);
  });
  server.listen(port, "::");
  await once(server, "listening");
}

async function listenUdp(port: number): Promise<void> {
  for (const family of ["udp4", "udp6"] as const) {
    const socket = createSocket({ type: family, ipv6Only: family === "udp6" });
    socket.on("message", (message, from) => socket.send(message, from.port, from.address));
    socket.bind(port);
    await once(socket, "listening");
  }
}

void main(process.argv.slice(2));

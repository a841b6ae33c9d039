import { createSocket } from "node:dgram";
import { once } from "node:events";
import { TOKEN_PORT } from "../../components/client/knock";

/** What arrived where tokens are sent to, as hexadecimal digits, while something ran; undefined where nobody may listen there. */
export async function receiveTokens(
  address: string,
  run: () => Promise<unknown>,
): Promise<readonly string[] | undefined> {
  const received: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message) => received.push(message.toString("hex")));
  try {
    socket.bind(TOKEN_PORT, address);
    await once(socket, "listening");
  } catch {
    socket.close();
    console.warn(`skipped: nobody but root may listen at port ${TOKEN_PORT}`);
    return undefined;
  }
  try {
    await run();
    return received;
  } finally {
    socket.close();
  }
}

import { createConnection, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ConnectConfig } from "ssh2";
import type { Connection, Endpoint } from "./inputs";
import { sshConfig } from "./sshConfig";

/** A connection ready for commands, through the proxy where there is one; a failed dial is tried again. */
export async function dial(connection: Connection, status: (message: string) => void): Promise<Client> {
  const config = await sshConfig(connection);
  const tries = { limit: connection.dialErrorLimit, status };
  const { proxy } = connection;
  if (proxy === undefined) return dialWithRetry("Dial", tries, () => dialDirectly(connection, config));
  try {
    const proxyConfig = await sshConfig(proxy);
    const proxyTries = { limit: proxy.dialErrorLimit, status };
    const bastion = await dialWithRetry("Dial proxy", proxyTries, () => dialDirectly(proxy, proxyConfig));
    const tunnel = await dialWithRetry("Dial from proxy", tries, () => openTunnel(bastion, connection));
    // As in the original, a failed handshake is tried again over the tunnel that the failure has closed.
    return await dialWithRetry("Dial", tries, () => handshake(tunnel, config));
  } catch (error) {
    throw new Error(`proxy: ${messageOf(error)}`);
  }
}

interface Tries {
  readonly limit: number;
  readonly status: (message: string) => void;
}

/** The limit counts failures that are forgiven: with a limit of 1 there are two dials. */
async function dialWithRetry<T>(
  what: string,
  { limit, status }: Tries,
  attempt: () => Promise<T>,
): Promise<T> {
  let delayMs = 100;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (limit >= 0 && failures + 1 > limit) {
        throw new Error(`after ${failures} failed attempts: ${messageOf(error)}`);
      }
      status(`${what} ${failures + 1}/${limit === -1 ? "inf" : limit} failed: retrying`);
    }
    await sleep(delayMs);
    delayMs = Math.min(delayMs * 1.5, 5_000);
  }
}

async function dialDirectly(endpoint: Endpoint, config: ConnectConfig): Promise<Client> {
  return handshake(await openSocket(endpoint), config);
}

/** The time limit covers the TCP connection alone, not the handshake after it. */
function openSocket({ host, port, perDialTimeout }: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port: Math.trunc(port) });
    const limit =
      perDialTimeout > 0
        ? setTimeout(
            () => socket.destroy(new Error(`dial tcp ${host}:${port}: i/o timeout`)),
            perDialTimeout * 1000,
          )
        : undefined;
    socket.once("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    socket.once("connect", () => {
      clearTimeout(limit);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function openTunnel(bastion: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, Math.trunc(port), (error, stream) => {
      if (error === undefined) resolve(stream);
      else reject(error);
    });
  });
}

function handshake(sock: Duplex, config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const fail = (error: Error) => {
      sock.destroy();
      reject(new Error(`ssh: handshake failed: ${error.message}`));
    };
    client.once("ready", () => {
      client.off("error", fail);
      client.off("close", onClose);
      // A connection that breaks while a command runs shows as that command ending without a status.
      client.on("error", () => {});
      resolve(client);
    });
    const onClose = () => fail(new Error("EOF"));
    client.once("error", fail);
    client.once("close", onClose);
    client.connect({ ...config, sock: sock as Socket });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { createConnection, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { Connection, Hop } from "./connection";
import { readHostKey } from "./hostKey";
import { loginOf } from "./login";
import { atServer, type Clock, DialError, type Patience, redial, startClock } from "./redial";

const HANDSHAKE_SECONDS = 10;

/**
 * Opens an SSH connection to a host, through its proxy where there is one. The signal ends it, and all that it came
 * through.
 *
 * @throws DialError whose message says in words why it could not: no address, key or output in it.
 */
export async function dial(connection: Connection, patience: Patience, signal: AbortSignal): Promise<Client> {
  // Both before the first packet: what is wrong with one must not cost the other a login.
  const config = await configOf(connection);
  const { proxy } = connection;
  const clock = startClock(patience);
  if (proxy === undefined) {
    return redial(connection, clock, () =>
      atServer(connection, clock, async () =>
        shakeHands(await openSocket(connection, clock, signal), config, signal),
      ),
    );
  }
  const proxyConfig = await configOf(proxy);
  const bastion = await redial(proxy, clock, () =>
    atServer(proxy, clock, async () =>
      shakeHands(await openSocket(proxy, clock, signal), proxyConfig, signal),
    ),
  ).catch((error) => {
    throw error instanceof LoginClosed
      ? new DialError("refused", "cannot be reached: its proxy closed the connection")
      : error;
  });
  return redial(connection, clock, async () => {
    const tunnel = await openTunnel(bastion, connection, clock);
    return shakeHands(tunnel, config, signal);
  });
}

/** What the command plugin offers of what ssh2 knows: where one of them finds nothing in common, so does the other. */
const ALGORITHMS = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group14-sha1",
  ],
  cipher: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
  ],
  hmac: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
    "hmac-sha1-96",
  ],
} satisfies ConnectConfig["algorithms"];

async function configOf(hop: Hop): Promise<ConnectConfig> {
  const login = await loginOf(hop);
  const handshake = { ...login, readyTimeout: HANDSHAKE_SECONDS * 1000 };
  if (hop.hostKey === undefined) {
    return { ...handshake, algorithms: ALGORITHMS };
  }
  const expected = readHostKey(hop.hostKey);
  if (expected === undefined) {
    throw new DialError("unusable", "cannot be dialled: its hostKey is no public key of a host");
  }
  return {
    ...handshake,
    // Only the key's own type is asked for, as the plugin does: another one would not match anyway.
    algorithms: { ...ALGORITHMS, serverHostKey: [expected.type] },
    hostVerifier: (shown: Buffer) => shown.equals(expected.blob),
  };
}

function openSocket({ host, port, perDialTimeout }: Hop, clock: Clock, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Node gives an address a quarter of a second before it turns to the next one: less than many ways take.
    const socket = createConnection({ host, port, autoSelectFamilyAttemptTimeout: 2_000 });
    // Node 20's own `signal` of a socket keeps its listener when the socket is gone.
    const giveUp = (): void => {
      settle();
      socket.destroy();
      reject(tooLate());
    };
    const fail = (error: Error): void => {
      settle();
      reject(meaningOf(error));
    };
    const stop = clock.limit(perDialTimeout, giveUp);
    const settle = (): void => {
      stop();
      signal.removeEventListener("abort", giveUp);
      socket.off("error", fail);
      // What comes later is nobody's any more.
      socket.on("error", () => {});
    };
    signal.addEventListener("abort", giveUp);
    socket.once("error", fail);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}

function openTunnel(bastion: Client, { host, port, perDialTimeout }: Hop, clock: Clock): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stop = clock.limit(perDialTimeout, () => reject(tooLate()));
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      stop();
      if (error) {
        reject(new DialError("away", "cannot be reached from its proxy"));
      } else {
        resolve(channel);
      }
    });
  });
}

function shakeHands(way: Duplex, config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const end = (): void => {
      client.on("error", () => {});
      client.destroy();
      // ssh2 leaves alone what the other side has ended.
      way.destroy();
    };
    signal.addEventListener("abort", end);
    const fail = (error: DialError): void => {
      signal.removeEventListener("abort", end);
      end();
      reject(error);
    };
    let isLoggingIn = false;
    let said = "";
    client.once("handshake", () => {
      isLoggingIn = true;
    });
    client.on("banner", (text) => {
      said = text;
    });
    const onClose = (): void => fail(isLoggingIn && said !== "" ? new LoginClosed(said) : turnedAway());
    client.once("ready", () => {
      client.off("close", onClose);
      resolve(client);
    });
    client.once("close", onClose);
    client.on("error", (error) => fail(meaningOf(error)));
    client.connect({ ...config, sock: way });
  });
}

/**
 * The host took what we log in with and closed the connection then: so do /etc/nologin and an account that expired.
 * What it said last says which; unread.
 */
export class LoginClosed extends DialError {
  constructor(readonly said: string) {
    super("refused", "closed the connection at login");
  }
}

function tooLate(): DialError {
  return new DialError("away", "did not answer in time");
}

function turnedAway(): DialError {
  return new DialError("turnedAway", "closed the connection");
}

/** What an error of Node or ssh2 means to a person, as the end of a sentence that begins with the host. */
export function meaningOf(error: Error): DialError {
  const code = "code" in error ? error.code : undefined;
  const level = "level" in error ? error.level : undefined;
  switch (code) {
    case "ECONNREFUSED":
      return new DialError("away", "refused the connection");
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new DialError("away", "has a name that cannot be resolved");
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return new DialError("away", "cannot be reached over the network");
    case "ETIMEDOUT":
      return tooLate();
    case "ECONNRESET":
    case "EPIPE":
      return turnedAway();
  }
  switch (level) {
    case "client-authentication":
      return new DialError("refused", "accepted none of the ways to log in");
    case "client-timeout":
      return tooLate();
    case "agent":
      return new DialError("unusable", "cannot be dialled: its SSH agent does not do its part");
    case "handshake":
      return new DialError("refused", handshakeInWords(error.message));
    case "protocol":
      return turnedAway();
    default:
      // sshd's own last words to who has offered too many keys.
      return /authentication failures/.test(error.message)
        ? new DialError("refused", "accepted none of the ways to log in")
        : new DialError("away", "could not be dialled");
  }
}

function handshakeInWords(message: string): string {
  if (/verification failed/.test(message)) {
    return "shows another host key than hostKey";
  }
  return /host key format/.test(message)
    ? "shows no host key of the type that hostKey has"
    : "speaks no SSH algorithm that Pulumi and this check have in common with it";
}

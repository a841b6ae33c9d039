import { Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { Connection, Hop } from "./connection";

export interface RemoteRun {
  readonly command: string;
  readonly input: string;
  readonly timeoutSeconds: number;
}

export interface RemoteResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const HANDSHAKE_SECONDS = 10;

/**
 * Runs one command on a host over one SSH connection (two with a proxy), never retrying.
 *
 * @throws Error whose message says in words why it could not: no address, key or output in it.
 */
export async function runOverSsh(connection: Connection, run: RemoteRun): Promise<RemoteResult> {
  const clients: Client[] = [];
  const open = async (hop: Hop, sock?: ConnectConfig["sock"]): Promise<Client> => {
    const client = new Client();
    clients.push(client);
    await connect(client, hop, sock);
    return client;
  };
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    const seconds = run.timeoutSeconds;
    timer = setTimeout(() => reject(new Error(`did not answer within ${seconds} seconds`)), seconds * 1000);
  });
  const session = async (): Promise<RemoteResult> => {
    const proxy = connection.proxy && (await open(connection.proxy));
    const sock = proxy && (await forward(proxy, connection));
    return execute(await open(connection, sock), run);
  };
  try {
    return await Promise.race([session(), deadline]);
  } finally {
    clearTimeout(timer);
    for (const client of clients) {
      client.on("error", () => {});
      client.destroy();
    }
  }
}

function connect(client: Client, hop: Hop, sock: ConnectConfig["sock"]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("ready", resolve);
    client.once("error", (error) => reject(new Error(inWords(error))));
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
      finish(prompts.map(() => hop.password ?? ""));
    });
    try {
      client.connect({ ...toConfig(hop), ...(sock && { sock }) });
    } catch {
      // ssh2 throws on keys that it cannot read and quotes what it found.
      reject(new Error("cannot be dialled with this privateKey, privateKeyPassword or hostKey"));
    }
  });
}

function toConfig(hop: Hop): ConnectConfig {
  const agent = hop.agentSocketPath ?? process.env["SSH_AUTH_SOCK"];
  return {
    host: hop.host,
    port: hop.port,
    username: hop.user,
    // ssh2 counts the whole handshake in; perDialTimeout is about the TCP connection.
    readyTimeout: (hop.perDialTimeout + HANDSHAKE_SECONDS) * 1000,
    ...(hop.password !== undefined && { password: hop.password, tryKeyboard: true }),
    ...(hop.privateKey !== undefined && { privateKey: hop.privateKey }),
    ...(hop.privateKeyPassword !== undefined && { passphrase: hop.privateKeyPassword }),
    ...(agent !== undefined && agent !== "" && { agent }),
    ...(hop.hostKey !== undefined && pinned(hop.hostKey)),
  };
}

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

/** Only the pinned key's own type is offered, as the command plugin does: another type would not match anyway. */
function pinned(hostKey: string): ConnectConfig {
  const [type = "", base64 = ""] = hostKey.trim().split(/\s+/);
  const expected = Buffer.from(base64, "base64");
  const algorithm = HOST_KEY_ALGORITHMS.find((known) => known === type);
  return {
    ...(algorithm && { algorithms: { serverHostKey: [algorithm] } }),
    hostVerifier: (key: Buffer) => key.equals(expected),
  };
}

function forward(proxy: Client, target: Hop): Promise<NonNullable<ConnectConfig["sock"]>> {
  return new Promise((resolve, reject) => {
    proxy.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
      if (error) {
        reject(new Error("cannot be reached from its proxy"));
      } else {
        resolve(channel);
      }
    });
  });
}

function execute(client: Client, { command, input }: RemoteRun): Promise<RemoteResult> {
  return new Promise((resolve, reject) => {
    client.once("error", (error) => reject(new Error(inWords(error))));
    client.once("close", () => reject(new Error("closed the connection")));
    client.exec(command, (error, channel) => {
      if (error) {
        reject(new Error("refused to run a command"));
        return;
      }
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      let exitCode: number | undefined;
      channel.on("data", (chunk: Buffer) => stdout.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      channel.on("exit", (code: number | null) => {
        exitCode = code ?? undefined;
      });
      channel.on("close", () => resolve({ exitCode, stdout: text(stdout), stderr: text(stderr) }));
      channel.end(input);
    });
  });
}

function inWords(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  const level = "level" in error ? error.level : undefined;
  switch (code) {
    case "ECONNREFUSED":
      return "refused the connection";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "has a name that cannot be resolved";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "cannot be reached over the network";
    case "ECONNRESET":
      return "closed the connection";
  }
  switch (level) {
    case "client-authentication":
      return "accepted none of the ways to log in";
    case "client-timeout":
      return "did not answer in time";
    case "handshake":
      return "shows another host key than hostKey, or speaks no common SSH algorithm";
    default:
      return "could not be dialled";
  }
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

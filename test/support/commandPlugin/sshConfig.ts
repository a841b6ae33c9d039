import { createConnection } from "node:net";
import { type AnyAuthMethod, type ConnectConfig, type ServerHostKeyAlgorithm, utils } from "ssh2";
import type { Endpoint } from "./inputs";

/** How to present oneself to an endpoint and what to ask of it. Rejects what no dial could mend. */
export async function sshConfig(endpoint: Endpoint): Promise<ConnectConfig> {
  const methods = authMethods(endpoint);
  const agentSocket = endpoint.agentSocketPath ?? (process.env["SSH_AUTH_SOCK"] || undefined);
  if (agentSocket !== undefined) await requireAgent(agentSocket);
  // Methods of one kind are tried once: next to a private key, the agent's keys never get their turn.
  if (agentSocket !== undefined && endpoint.privateKey === undefined) {
    methods.push({ type: "agent", username: endpoint.user, agent: agentSocket });
  }
  return {
    username: endpoint.user,
    authHandler: [{ type: "none", username: endpoint.user }, ...methods],
    // The original has no limit on handshake and log-in either.
    readyTimeout: 0,
    ...expectHostKey(endpoint.hostKey),
  };
}

function authMethods({ user, password, privateKey, privateKeyPassword }: Endpoint): AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    const key = utils.parseKey(privateKey, privateKeyPassword);
    if (key instanceof Error) throw new Error(`ssh: ${key.message}`);
    const passphrase = privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword };
    methods.push({ type: "publickey", username: user, key: privateKey, ...passphrase });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username: user, password });
    methods.push({
      type: "keyboard-interactive",
      username: user,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    });
  }
  return methods;
}

/** Without a host key nothing is checked; with one, only its own type is offered, so RSA means the old `ssh-rsa`. */
function expectHostKey(hostKey: string | undefined): Pick<ConnectConfig, "algorithms" | "hostVerifier"> {
  if (hostKey === undefined) return {};
  const parsed = utils.parseKey(hostKey);
  if (parsed instanceof Error) throw new Error("failed to parse host key: ssh: no key found");
  const expected = parsed.getPublicSSH();
  return {
    algorithms: { serverHostKey: [parsed.type as ServerHostKeyAlgorithm] },
    hostVerifier: (key: Buffer) => key.equals(expected),
  };
}

function requireAgent(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("error", (error) => reject(new Error(`dial unix ${path}: ${error.message}`)));
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}

import { createConnection } from "node:net";
import type { AnyAuthMethod, AuthenticationType, ConnectConfig, NextAuthHandler } from "ssh2";
import type { Hop } from "./connection";
import { readPrivateKey } from "./privateKey";
import { DialError } from "./redial";

/**
 * How to log in: with the command plugin's methods in its order, so that the two stand or fall together and a password
 * beside a key is no failed login.
 *
 * @throws DialError in words where the plugin would not even dial.
 */
export async function loginOf(hop: Hop): Promise<Pick<ConnectConfig, "username" | "authHandler" | "debug">> {
  const username = hop.user;
  const methods = [...keyMethods(hop), ...passwordMethods(hop), ...(await agentMethods(hop))];
  const tried = new Set<AuthenticationType>();
  let current: AuthenticationType | undefined;
  let offered: readonly string[] = [];
  return {
    username,
    // ssh2 1.17 tells the handler what the server offers after a method has failed, but not after an agent's keys have.
    debug: (message) => {
      offered = /^Inbound: Received USERAUTH_FAILURE \((.*)\)$/.exec(message)?.[1]?.split(",") ?? offered;
    },
    authHandler: (
      _left: readonly AuthenticationType[] | null,
      isPartial: boolean | null,
      next: NextAuthHandler,
    ): false | undefined => {
      if (current === undefined) {
        current = "none";
        next({ type: "none", username });
        return undefined;
      }
      // A step of several that was passed may come again.
      if (isPartial !== true) {
        tried.add(current);
      }
      const method = methods.find(({ type }) => !tried.has(nameOf(type)) && offered.includes(nameOf(type)));
      if (method === undefined) {
        return false;
      }
      current = nameOf(method.type);
      next(method);
      return undefined;
    },
  };
}

/** What the server calls a method: to it an agent's key is a key. So next to a private key no agent gets its turn. */
function nameOf(type: AnyAuthMethod["type"]): AuthenticationType {
  return type === "agent" ? "publickey" : type;
}

function keyMethods({ user, privateKey, privateKeyPassword }: Hop): readonly AnyAuthMethod[] {
  if (privateKey === undefined) {
    return [];
  }
  const result = readPrivateKey(privateKey, privateKeyPassword);
  if (result.kind === "refused") {
    throw new DialError(
      "unusable",
      `cannot be dialled: its ${result.refusal.field} ${result.refusal.problem}`,
    );
  }
  return [{ type: "publickey", username: user, key: result.key }];
}

function passwordMethods({ user, password }: Hop): readonly AnyAuthMethod[] {
  if (password === undefined) {
    return [];
  }
  return [
    { type: "password", username: user, password },
    {
      type: "keyboard-interactive",
      username: user,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    },
  ];
}

/** An agent that is named must be there, needed or not: the plugin does not dial without it. */
async function agentMethods({ user, agentSocketPath }: Hop): Promise<readonly AnyAuthMethod[]> {
  const agent = agentSocketPath ?? (process.env["SSH_AUTH_SOCK"] || undefined);
  if (agent === undefined) {
    return [];
  }
  if (!(await isListening(agent))) {
    const source = agentSocketPath === undefined ? "SSH_AUTH_SOCK" : "agentSocketPath";
    throw new DialError(
      "unusable",
      `cannot be dialled: no SSH agent listens at the socket that ${source} names`,
    );
  }
  return [{ type: "agent", username: user, agent }];
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

import type { Client, ClientChannel } from "ssh2";
import type { ResourceLog } from "./engineLog";

interface SessionEnvironment {
  /** The command does not run when the server refuses one of these. */
  readonly required: Readonly<Record<string, string>>;
  /** Refusing one of these is a warning. */
  readonly optional: Readonly<Record<string, string>>;
  readonly log: ResourceLog;
}

/** ssh2 sends an environment without asking for an answer. These of its inner parts make it ask. */
interface AskingClient {
  readonly _chanMgr: { get(channel: number): { readonly _callbacks: ((refused: boolean) => void)[] } };
  readonly _protocol: {
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
  };
}

/**
 * Starts the command once the server has answered for every variable. `listen` is called at once: how a short command
 * ended can be in the same packet as the news that it started.
 */
export function openSession<T>(
  client: Client,
  command: string,
  { required, optional, log }: SessionEnvironment,
  listen: (session: ClientChannel) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { _chanMgr: channels, _protocol: protocol } = client as unknown as AskingClient;
    const { env, exec } = protocol;
    const answers: Promise<string | undefined>[] = [];
    protocol.env = (channel, name, value) => {
      const answer = new Promise<boolean>((answered) => channels.get(channel)._callbacks.push(answered));
      answers.push(answer.then((refused) => (refused ? name : undefined)));
      env.call(protocol, channel, name, value, true);
    };
    protocol.exec = async (channel, text, wantReply) => {
      const refused = (await Promise.all(answers)).filter((name) => name !== undefined);
      const missing = refused.find((name) => name in required);
      for (const name of refused.filter((other) => !(other in required))) log.warning(refusal(name));
      if (missing === undefined) return exec.call(protocol, channel, text, wantReply);
      log.error(refusal(missing));
      reject(new Error(`could not set environment variable ${JSON.stringify(missing)}: ssh: setenv failed`));
    };
    client.exec(command, { env: { ...required, ...optional } }, (error, session) => {
      if (error === undefined) resolve(listen(session));
      else reject(new Error(`ssh: command ${command} failed`));
    });
  });
}

function refusal(name: string): string {
  return (
    `Unable to set '${name}': the SSH server has to accept it (AcceptEnv). ` +
    "With a shell on the host, the command itself can set it: 'NAME=value command'"
  );
}

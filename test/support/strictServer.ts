import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type AuthContext, type AuthenticationType, Server, type Session } from "ssh2";
import { makeSshKey } from "./sshKeys";

/** A server that asks for one of the listed methods after the other, and accepts it only in its turn. */
export interface StrictServer {
  readonly port: number;
  /** What was tried, one list a connection; a key that is only asked about counts as `publickey?`. */
  readonly attempts: () => readonly (readonly string[])[];
  readonly stop: () => void;
}

export interface StrictRules {
  /** The methods that a login takes, in their order; each is right as soon as `isRight` says so. */
  readonly steps: readonly AuthenticationType[];
  /** What the server says it would take at a step, where that is more than the step. */
  readonly offers?: readonly AuthenticationType[];
  readonly password: string;
  /** The public key that is right, as an authorized_keys line has it. */
  readonly publicKey: string;
}

export async function startStrictServer({
  steps,
  offers,
  password,
  publicKey,
}: StrictRules): Promise<StrictServer> {
  const { privateKey } = await makeSshKey();
  const attempts: string[][] = [];
  const rightKey = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    const tried: string[] = [];
    attempts.push(tried);
    let done = 0;
    client.on("error", () => {});
    client.on("authentication", async (context) => {
      const isQuestion = context.method === "publickey" && context.signature === undefined;
      tried.push(isQuestion ? "publickey?" : context.method);
      const step = steps[done];
      if (context.method !== step || !(await isRight(context))) {
        context.reject([...(offers ?? (step === undefined ? [] : [step]))]);
        return;
      }
      if (isQuestion) {
        context.accept();
        return;
      }
      done += 1;
      const next = steps[done];
      if (next === undefined) context.accept();
      else context.reject([next], true);
    });
    client.on("ready", () => client.on("session", (accept) => answer(accept())));
  });
  const isRight = async (context: AuthContext): Promise<boolean> => {
    switch (context.method) {
      case "publickey":
        return context.key.data.equals(rightKey);
      case "password":
        return context.password === password;
      case "keyboard-interactive":
        return new Promise((resolve) =>
          context.prompt([{ prompt: "Password: ", echo: false }], ([given]) => resolve(given === password)),
        );
      default:
        return context.method === "none";
    }
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    attempts: () => attempts,
    stop: () => void server.close(),
  };
}

/** Whatever the command, its output is `in`. */
function answer(session: Session): void {
  session.on("env", (accept) => accept?.());
  session.on("exec", (accept) => {
    const channel = accept();
    channel.write("in");
    channel.exit(0);
    channel.end();
  });
}

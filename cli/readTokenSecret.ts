import { isIP } from "node:net";
import { isName } from "../components/policy/nameProblem";
import type { Network } from "../components/policy/policy";
import { addressKey, hostKey, parseTokenSecret } from "../components/tokens/tokenSecret";
import { usageError } from "./commandError";
import { readSecret } from "./readSecret";

/** Whose tokens: the file of the secret, without which the terminal asks, and the knocker's name. */
export interface TokenSource {
  readonly path: string | undefined;
  /** The option that names the file. */
  readonly flag: "--secret-file" | "--token-file";
  readonly as: string | undefined;
}

export interface TokenMaker {
  readonly knocker: string;
  /** The key of a host, by its name in the program. Secret. */
  readonly keyOf: (host: string) => string;
  /** That of addresses in one of its networks. Secret. */
  readonly addressKeyOf: (host: string, network: Network) => string;
}

const WHAT_NAMES_ARE = "begin with a letter, then letters, digits and dashes, 32 at most";

/** Reads and parses the secret of a knocker. No message about it contains any of it. */
export async function readTokenSecret({ path, flag, as }: TokenSource): Promise<TokenMaker> {
  if (as === undefined) {
    throw usageError("--as: is missing; give the knocker's name in the program");
  }
  if (!isName(as)) {
    throw usageError(`--as: is not the name of a knocker; ${WHAT_NAMES_ARE}`);
  }
  const text = await readSecret(path, { prompt: "Token secret", noun: "token secret", instead: flag });
  const secret = parseTokenSecret(text);
  if (secret.kind === "refused") {
    throw usageError(`token secret: ${secret.problem}; ${secret.remedy}`);
  }
  return {
    knocker: as,
    keyOf: (host) => hostKey(secret.value, host, as),
    addressKeyOf: (host, { cidr }) => addressKey(secret.value, host, as, cidr),
  };
}

/** Another name would make tokens that open nothing, without a word. */
export function parseHostName(text: string, path: string): string {
  if (!isName(text)) {
    throw usageError(`${path}: is not the name of a host in the program; ${WHAT_NAMES_ARE}`);
  }
  return text;
}

/** The name in the program of a host that is connected to, where it was not given: what stands before the first dot. */
export function hostNameOf(host: string, remedy: string): string {
  const name = host.split(".")[0] ?? "";
  if (isIP(host) !== 0 || !isName(name)) {
    throw usageError(`HOST: does not begin with the name of a host in the program; ${remedy}`);
  }
  return name;
}

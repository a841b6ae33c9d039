import type { Secret } from "./card";
import { usageError } from "./commandError";
import { type Door, type DoorFlags, findDoors } from "./door";
import { readHost } from "./readHost";
import { readSequence, type SequenceSource } from "./readSequence";
import { hostNameOf, parseHostName, readTokenSecret } from "./readTokenSecret";

/** What opens hosts of which there is no card. */
export interface GivenDoorFlags extends SequenceSource, DoorFlags {
  readonly tokenFile?: string;
  /** The host's name in the program. */
  readonly name?: string;
}

const SSH_PORT = 22;

/**
 * The doors of hosts by their names, or of hosts to connect to and what is given, or asked for on the terminal, to open them.
 *
 * @param nameRemedy what to do about a host of which nobody says the name in the program
 * @throws CommandError before anything is sent.
 */
export async function wantedDoors(
  names: readonly string[],
  flags: GivenDoorFlags,
  nameRemedy: string,
): Promise<readonly Door[]> {
  const { sequence, sequenceFile, tokenFile, name, as } = flags;
  const isGiven = [sequence, sequenceFile, tokenFile, name].some((flag) => flag !== undefined);
  const doors = isGiven ? undefined : await findDoors(names, flags);
  if (doors !== undefined) {
    return doors;
  }
  if (flags.service !== undefined) {
    throw usageError("--service: is of hosts that are enrolled, or of --stack; give their names");
  }
  const hosts = names.map((name) => readHost(name));
  const secretOf = await ([tokenFile, as, name].some((flag) => flag !== undefined)
    ? tokensOf(hosts, flags, nameRemedy)
    : sequenceOf(flags));
  return hosts.map((host) => ({
    name: host,
    host,
    secret: secretOf(host),
    port: flags.port ?? SSH_PORT,
    once: false,
  }));
}

async function sequenceOf(flags: SequenceSource): Promise<() => Secret> {
  const sequence = await readSequence(flags);
  return () => ({ kind: "sequence", sequence });
}

async function tokensOf(
  hosts: readonly string[],
  { name, as, tokenFile }: GivenDoorFlags,
  nameRemedy: string,
): Promise<(host: string) => Secret> {
  const [host = "", ...others] = hosts;
  if (name !== undefined && others.length > 0) {
    throw usageError("--name: is of one host; give one, or leave it out");
  }
  const named = new Map(
    name === undefined
      ? hosts.map((each) => [each, hostNameOf(each, nameRemedy)])
      : [[host, parseHostName(name, "--name")]],
  );
  const { knocker, keyOf } = await readTokenSecret({ path: tokenFile, flag: "--token-file", as });
  return (each) => ({ kind: "token", knocker, key: keyOf(named.get(each) ?? "") });
}

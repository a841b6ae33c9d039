import { freshTokens } from "../components/client/freshTokens";
import type { ClientOpening } from "../components/client/knockEverywhere";
import { listSome } from "../components/policy/printNumber";
import {
  type Card,
  chooseKey,
  findKey,
  type Key,
  type KeyChoice,
  parseCard,
  portToTry,
  type Secret,
  secretOf,
  type WrittenCard,
} from "./card";
import { CommandError, usageError } from "./commandError";
import { hostsFilePath, readHostsFile } from "./hostsFile";

/** One host, and what somebody opens it with. Secret. */
export interface Door {
  /** What he calls it. */
  readonly name: string;
  /** Where it is: a name or an address. */
  readonly host: string;
  readonly secret: Secret;
  /** The TCP port that shows whether it is open; none where only UDP ports open. */
  readonly port: number | undefined;
  /** Whether the first connection uses the admission up. */
  readonly once: boolean;
}

/** Where cards come from, and which key of one is meant. */
export interface DoorFlags extends KeyChoice {
  readonly stack?: string;
  readonly cwd: string;
}

/** What somebody calls a host, and what opens it. */
export interface NamedCard {
  readonly name: string;
  readonly written: WrittenCard;
  readonly card: Card;
}

/** The doors of hosts by their names in a stack or in the hosts file; nothing where that file has none of them. */
export async function findDoors(
  names: readonly string[],
  flags: DoorFlags,
): Promise<readonly Door[] | undefined> {
  const cards = await findCards(names, flags);
  return cards?.map((card) => doorOf(card, flags));
}

/** The same as cards. */
export async function findCards(
  names: readonly string[],
  { stack, cwd }: Pick<DoorFlags, "stack" | "cwd">,
): Promise<readonly NamedCard[] | undefined> {
  return stack === undefined ? cardsOfFile(names) : cardsOfStack(names, stack, cwd);
}

/** That of one host by its name. */
export async function findCard(name: string, from: Pick<DoorFlags, "stack" | "cwd">): Promise<NamedCard> {
  const [found] = (await findCards([name], from)) ?? [];
  if (found === undefined) {
    throw usageError("NAME: is no host that is enrolled; give --stack, or run portknock enroll");
  }
  return found;
}

export function doorOf({ name, card }: NamedCard, choice: KeyChoice): Door {
  const key = chooseKey(name, card, choice);
  return {
    name,
    host: card.address,
    secret: secretOf(card, key),
    port: choice.port ?? portToTry(key, card.port),
    once: key.access === "once",
  };
}

export function openingOf(secret: Secret): ClientOpening {
  return secret.kind === "sequence"
    ? { kind: "sequence", sequence: secret.sequence }
    : { kind: "tokens", next: freshTokens(secret.key) };
}

async function cardsOfStack(
  names: readonly string[],
  stack: string,
  cwd: string,
): Promise<readonly NamedCard[]> {
  const known = await knownOfStack(stack, cwd);
  return names.map((name) => {
    const card = known.get(name);
    if (card === undefined) {
      throw usageError(`a host is none of ${stack}; its hosts are ${listSome([...known.keys()])}`);
    }
    return card();
  });
}

/** By name. What reads states brings the SSH library, which takes longer to load than a knock takes. */
async function knownOfStack(stack: string, cwd: string): Promise<ReadonlyMap<string, () => NamedCard>> {
  const { readStackCards } = await import("./stackCards.js");
  const cards = await readStackCards({ stack, cwd });
  return new Map(cards.map(({ name, card }) => [name, () => namedCard(name, card())]));
}

/** Those of all hosts of a stack, or of all that are enrolled. */
export async function allCards({
  stack,
  cwd,
}: Pick<DoorFlags, "stack" | "cwd">): Promise<readonly NamedCard[]> {
  if (stack !== undefined) {
    return [...(await knownOfStack(stack, cwd)).values()].map((card) => card());
  }
  const hosts = Object.entries(await readHostsFile());
  if (hosts.length === 0) {
    throw new CommandError(1, [`${hostsFilePath()}: has no host; run portknock enroll, or give --stack`]);
  }
  return hosts.map(([name, card]) => namedCard(name, card));
}

/**
 * Of each of these hosts the key that somebody means, or in words why there is none, or more than one.
 *
 * @throws CommandError where there is one for none of them: that is a mistake.
 */
export function findKeys(
  cards: readonly NamedCard[],
  choice: KeyChoice,
): ReadonlyMap<NamedCard, Key | string> {
  const keys = new Map(cards.map((named) => [named, findKey(named.name, named.card, choice)]));
  const problems = [...keys.values()].filter((key) => typeof key === "string");
  const [problem] = problems;
  if (problem !== undefined && problems.length === keys.size) {
    throw usageError(problem);
  }
  return keys;
}

/** The same host, where somebody else connects to it. */
export function atAddress({ name, written, card }: NamedCard, address: string = card.address): NamedCard {
  return { name, written: { ...written, address }, card: { ...card, address } };
}

export function namedCard(name: string, written: WrittenCard): NamedCard {
  return { name, written, card: parseCard(name, written) };
}

async function cardsOfFile(names: readonly string[]): Promise<readonly NamedCard[] | undefined> {
  const known = new Map(Object.entries(await readHostsFile()));
  const found = names.flatMap((name) => {
    const card = known.get(name);
    return card === undefined ? [] : [namedCard(name, card)];
  });
  if (found.length > 0 && found.length < names.length) {
    throw usageError(
      "some of these hosts are enrolled and others are not; portknock enroll NAME takes them in",
    );
  }
  return found.length === 0 ? undefined : found;
}

import { z } from "zod";
import { parseDuration } from "../components/policy/duration";
import { isName } from "../components/policy/nameProblem";
import type { Knock, PortRange } from "../components/policy/policy";
import { printProblem } from "../components/policy/policyError";
import { parsePortRange } from "../components/policy/portRange";
import { parseKnocks } from "../components/policy/sequence";
import { addressSchema, objectOf, parsedBy, portSchema } from "../components/policy/written/fieldSchemas";
import { schemaProblems } from "../components/policy/written/schemaProblems";
import { hostKey, parseTokenSecret } from "../components/tokens/tokenSecret";
import { CommandError, usageError } from "./commandError";

const nameSchema = z.string().refine(isName, "is no name of the program");
const portRangeSchema = parsedBy(parsePortRange);

/** What opens some ports of a host, and whose it is. */
const keySchema = objectOf({
  services: z.array(nameSchema).min(1, "opens no service; name one"),
  ports: z.array(portRangeSchema).min(1, "opens no port; name one"),
  /** The knocker whose it is; a service's own without one. */
  as: nameSchema.optional(),
  /** `once`: the first connection uses the admission up. */
  access: z.enum(["window", "once"]).default("window"),
  /** How long it opens, where that is known. */
  accessWindow: parsedBy(parseDuration).optional(),
  sequence: parsedBy((text) => parseKnocks(text, "leave the key out")).optional(),
  token: parsedBy(parseTokenSecret).optional(),
}).refine(
  ({ sequence, token }) => (sequence === undefined) !== (token === undefined),
  "has no secret, or two; give sequence or token",
);

/** What somebody needs to come to a host: where it is, and what opens it. Secret. */
const cardFields = {
  /** The host's name in the program: part of what tokens are made of. */
  name: nameSchema,
  address: addressSchema,
  /** Of its SSH server. */
  port: portSchema.default(22),
  keys: z.array(keySchema).min(1, "has no key; give one"),
  /** What the host serves to everybody, where that is known. */
  openPorts: z.array(portRangeSchema).default([]),
  /** What nobody should touch there, where that is known. */
  traps: z.array(portRangeSchema).default([]),
};

const cardSchema = objectOf(cardFields);

export type Card = z.output<typeof cardSchema>;
export type Key = Card["keys"][number];

/** As it is written, before its texts are understood. */
export type WrittenCard = z.input<typeof cardSchema>;
export type WrittenKey = WrittenCard["keys"][number];

/** What a client sends to come in. */
export type Secret =
  | { readonly kind: "sequence"; readonly sequence: readonly Knock[] }
  /** `key` is of `hostKey`. */
  | { readonly kind: "token"; readonly knocker: string; readonly key: string };

/** Which of the keys of a card somebody wants. */
export interface KeyChoice {
  readonly service?: string;
  readonly as?: string;
  /** The TCP port that is to open; that of SSH without one. */
  readonly port?: number;
}

/**
 * The key that somebody means. Without a word it is one of the service's own for the port, else the only one for it.
 *
 * @param name by which he calls the host
 * @throws CommandError where there is none, or more than one.
 */
export function chooseKey(name: string, card: Card, choice: KeyChoice): Key {
  const key = findKey(name, card, choice);
  if (typeof key === "string") {
    throw usageError(key);
  }
  return key;
}

/** The same, or in words why there is none, or more than one. */
export function findKey(
  name: string,
  card: Card,
  { service, as, port = card.port }: KeyChoice,
): Key | string {
  const ofKnocker = card.keys.filter((key) => as === undefined || key.as === as);
  if (ofKnocker.length === 0) {
    return `--as: ${name} has no key of that knocker; it has those of ${listKnockers(card)}`;
  }
  const ofService = ofKnocker.filter((key) =>
    service === undefined ? opensPort(key, port) : key.services.includes(service),
  );
  // One that opens another port is better than none, where there is no other.
  const fitting = ofService.length === 0 && service === undefined ? ofKnocker : ofService;
  const own = as === undefined ? fitting.filter((key) => key.as === undefined) : [];
  const [key, other] = own.length > 0 ? own : fitting;
  if (key === undefined) {
    return `--service: ${name} has no key for it; it has those for ${listServices(ofKnocker)}`;
  }
  if (other !== undefined) {
    return key.as === undefined
      ? `${name}: has keys for ${listServices(fitting)}; give --service`
      : `${name}: has keys of ${listKnockers({ keys: fitting })}; give --as`;
  }
  return key;
}

/** A card with one of its keys alone. */
export function withKeyAlone(written: WrittenCard, card: Card, key: Key): WrittenCard {
  return { ...written, keys: written.keys.filter((_, index) => card.keys[index] === key) };
}

export function secretOf({ name }: Pick<Card, "name">, { as = "", sequence, token }: Key): Secret {
  return sequence === undefined
    ? { kind: "token", knocker: as, key: hostKey(token ?? "", name, as) }
    : { kind: "sequence", sequence };
}

/** The TCP port that shows whether a key opened something: that of SSH, or its first. */
export function portToTry({ ports }: Key, ssh: number): number | undefined {
  return ports.some((range) => isIn(range, ssh))
    ? ssh
    : ports.find(({ protocol }) => protocol === "tcp")?.from;
}

function opensPort({ ports }: Key, port: number): boolean {
  return ports.some((range) => isIn(range, port));
}

function isIn({ protocol, from, to }: PortRange, port: number): boolean {
  return protocol === "tcp" && from <= port && port <= to;
}

function listServices(keys: readonly Key[]): string {
  return [...new Set(keys.flatMap(({ services }) => services))].join(", ");
}

function listKnockers({ keys }: Pick<Card, "keys">): string {
  const names = keys.flatMap(({ as }) => as ?? []);
  return names.length === 0 ? "nobody" : names.join(", ");
}

/**
 * What a card says.
 *
 * @param where it comes from, for messages, none of which contains a secret
 */
export function parseCard(where: string, written: unknown): Card {
  return parsed(where, cardSchema, written);
}

/** What `printCardJson` printed, or somebody else wrote. */
export function parseCardJson(where: string, written: unknown): WrittenCard {
  const { version, ...card } = parsed(where, z.looseObject({ version: z.literal(CARD_VERSION) }), written);
  parseCard(where, card);
  // It was parsed just before.
  return card as WrittenCard;
}

/** A card for a program: `portknock enroll` takes it. */
export function printCardJson(card: WrittenCard): string {
  return `${JSON.stringify({ version: CARD_VERSION, ...card }, undefined, 2)}\n`;
}

const CARD_VERSION = 1;

function parsed<T>(where: string, schema: z.ZodType<T>, written: unknown): T {
  const { success, data, error } = schema.safeParse(written);
  if (success) {
    return data;
  }
  throw new CommandError(
    1,
    schemaProblems("", error).map((problem) => `${where}: ${printProblem(problem)}`),
  );
}

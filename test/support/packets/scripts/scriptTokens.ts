import { createHash } from "node:crypto";
import { namedTokens } from "../../../../components/policy/namedSequences";
import type { Policy } from "../../../../components/policy/policy";
import { networkDigits } from "../../../../components/tokens/tokenAddress";
import { tokenId } from "../../../../components/tokens/tokenId";
import { tokenFingerprint } from "../../../../components/tokens/tokenSecret";
import type { HostToken } from "../../model/tokens";
import type { Script } from "./scriptCase";

/**
 * What is known of the slot of a token, in seconds. A wait of a script lasts longer than the short times, and a script
 * not as long as the long ones.
 */
const SLOTS = {
  now: { begins: 0, ends: 600, byte: "05" },
  /** Is over soon. */
  ending: { begins: 0, ends: 2, byte: "04" },
  early: { begins: 600, ends: 1200, byte: "ff" },
  /** Begins soon. */
  soon: { begins: 2, ends: 600, byte: "06" },
} as const;

/** `former` is of a secret that its knocker has no more, and `wrong` differs from the token of now in one bit. */
export const TOKEN_KINDS = ["now", "ending", "early", "soon", "former", "wrong"] as const;

type TokenKind = (typeof TOKEN_KINDS)[number];

/** A token as scripts write it, `alice-2-early`. It stands for another one in each play. */
const NAME = /\b([a-z]+)-(\d)-([a-z]+)\b/g;
/** The same where the packet goes to an address: then it is that. */
const ADDRESS = /\bto ([a-z]+)-(\d)-([a-z]+)\b/g;

const FORMER_SECRET = "f0".repeat(32);

export interface ScriptToken extends HostToken {
  readonly name: string;
  /** What stands in the kernel's map. */
  readonly value: string;
}

/** The tokens that a host must have, for one play of a script. */
export function hostTokens(policy: Policy, script: Script, play: number): readonly ScriptToken[] {
  const texts = script.flatMap((step) => (step.kind === "packet" ? [step.packet] : []));
  const found = [ADDRESS, NAME].flatMap((pattern) => texts.flatMap((text) => [...text.matchAll(pattern)]));
  const names = new Map(found.map(([name, knocker = "", , kind = ""]) => [name, { knocker, kind }]));
  return [...names].flatMap(([name, { knocker, kind }]) => {
    const named = namedTokens(policy).find(({ opener }) => opener.name === knocker);
    if (named === undefined || kind === "wrong") return [];
    const secret = kind === "former" ? FORMER_SECRET : named.secret;
    const { byte, ...life } = SLOTS[kind === "former" ? "now" : (kind as keyof typeof SLOTS)];
    const value = `${tokenId(tokenFingerprint(secret, knocker)).slice(0, -2)}${byte}`;
    const whose = kind === "former" ? {} : { whose: knocker };
    return [{ name, token: digits(name, play, policy), value, ...life, ...whose }];
  });
}

/** The packet with tokens in the place of their names. */
export function withTokens(packet: string, play: number, policy: Policy): string {
  const digitsOf = (prefix: string, knocker: string, index: string, kind: string): string => {
    const name = (of: string): string => `${prefix}${knocker}-${index}-${of}`;
    if (kind !== "wrong") return digits(name(kind), play, policy);
    const right = Buffer.from(digits(name("now"), play, policy), "hex");
    const place = (Number(index) * 8) % right.length || right.length - 1;
    right[place] = (right[place] ?? 0) ^ 1;
    return right.toString("hex");
  };
  return packet
    .replaceAll(ADDRESS, (_, ...words: [string, string, string]) => `to ${digitsOf("to ", ...words)}`)
    .replaceAll(NAME, (_, ...words: [string, string, string]) => digitsOf("", ...words));
}

/**
 * For nft: as a host fills its sets, but for what keeps a token that was used from coming back. What earlier plays left
 * over would only make the listings long, and what is read slowly is not sure.
 */
export function fillingBatch(tokens: readonly ScriptToken[]): string {
  const early = Object.values(SLOTS)
    .filter(({ begins }) => begins > 0)
    .map(({ byte, begins }) => `0:${Number.parseInt(byte, 16).toString(16)} timeout ${begins}s`);
  const elements = tokens.map(({ token, value, ends }) => `0x${token} timeout ${ends}s : ${value}`);
  return [
    "flush map inet portknock pk_tokens",
    "flush set inet portknock pk_early",
    `add element inet portknock pk_early { ${early.join(", ")} }`,
    ...elements.map((element) => `add element inet portknock pk_tokens { ${element} }`),
    "",
  ].join("\n");
}

function digits(name: string, play: number, { tokenNetworks: [own] }: Policy): string {
  const made = createHash("sha256").update(`${play} ${name}`).digest("hex");
  const begin = own !== undefined && name.startsWith("to ") ? networkDigits(own.network) : "";
  return `${begin}${made}`.slice(0, 32);
}

export function tokenName(knocker: string, index: number, kind: TokenKind): string {
  return `${knocker}-${index}-${kind}`;
}

import { createHash } from "node:crypto";
import {
  type Admitting,
  type NamedSequence,
  type NamedToken,
  namedSequences,
  namedTokens,
} from "../policy/namedSequences";
import type { ManifestPart, Nothing, Policy, Service, TokenNetwork } from "../policy/policy";
import { printSequence } from "../policy/sequence";
import { serviceId } from "../policy/serviceId";
import { sourceMasks } from "../policy/sourceMasks";
import { trustSeconds } from "../policy/trust";
import { FLOW_WINDOW_SECONDS, windowId } from "../policy/windowId";
import { FILLED_SECONDS, SKEW_SECONDS, SLOT_SECONDS, tokensPerSlot } from "../tokens/token";
import { ADDRESS_HMACS, networkDigits } from "../tokens/tokenAddress";
import { addressesId, tokenId } from "../tokens/tokenId";
import { addressKey, hostKey, tokenFingerprint } from "../tokens/tokenSecret";
import type { Desired } from "./observation";

/** Whose host it is. Two components, or one component in two stacks, must not overwrite each other. */
export interface Owner {
  readonly project: string;
  readonly stack: string;
  readonly component: string;
  readonly host: string;
}

export interface ManifestContent {
  readonly owner: Owner;
  /** The owner to take the host over from, as the host's refusal prints it. */
  readonly adopt: string | undefined;
  readonly policy: Policy;
  readonly ruleset: string;
  /** The digest of the host script that is to load it. */
  readonly script: string;
}

/** What the host script must know beside the rules: one `name value` a line. Secret: it holds sequences. */
export interface Manifest {
  readonly text: string;
  readonly token: string;
}

/**
 * What confirm must know: it confirms one attempt to apply and no other.
 *
 * @param owner as `printOwner` prints it
 */
export function confirmManifest(owner: string, attempt: string): string {
  return `owner ${owner}\nattempt ${attempt}\n`;
}

/**
 * What a delivery must know: whose apply it is for, and which host script it brings.
 *
 * @param owner as `printOwner` prints it
 */
export function deliveryManifest(owner: string, script: string): string {
  return `owner ${owner}\nscript ${script}\n`;
}

/** The token is a function of what is desired alone: equal tokens mean equal rules, owner, timer and host script. */
export function writeManifest(content: ManifestContent): Manifest {
  const { owner, adopt, policy, ruleset, script } = content;
  const sequences = namedSequences(policy);
  const tokens = namedTokens(policy);
  const desired = [
    `owner ${printOwner(owner)}`,
    `script ${script}`,
    ...unruledLines(policy),
    ...serviceLines(policy.services, sequences),
    ...sequences.flatMap((sequence) =>
      sequence.action === "admit" ? knockerLines(sequence, printSequence(sequence.knocks)) : [],
    ),
    ...tokenLines(tokens, owner.host),
    ...(tokens.length === 0 ? [] : policy.tokenNetworks.flatMap((own) => addressLines(tokens, own))),
    ...(policy.knockers.length > 0 ? [`flow-windows ${FLOW_WINDOW_SECONDS}`] : []),
    ...sequences.map(({ knocks }) => `sequence ${printSequence(knocks)}`),
    ...baselineLines(policy),
  ];
  const token = createHash("sha256")
    .update([...desired, ruleset].join("\n"))
    .digest("hex");
  const lines = [`token ${token}`, ...desired, ...(adopt === undefined ? [] : [`adopt ${adopt}`]), ""];
  return { text: lines.join("\n"), token };
}

/** What a payload that was applied has for a host, as its manifest says; nothing where it says no such thing. */
export function desiredIn(payload: string): Desired | undefined {
  const token = /^token ([0-9a-f]{64})$/m.exec(payload)?.[1];
  const owner = /^owner (\S+)$/m.exec(payload)?.[1];
  return token === undefined || owner === undefined ? undefined : { token, owner };
}

/** The owner as hosts print it: `project/stack/component/host`. */
export function printOwner({ project, stack, component, host }: Owner): string {
  return [project, stack, component, host].join("/");
}

/** A field of this part that somebody adds does not compile until it stands here. */
function unruledLines({ rollbackSeconds, ...others }: ManifestPart): readonly string[] {
  others satisfies Nothing;
  return [`rollback ${rollbackSeconds}`];
}

/** A window goes on while its service keeps its name and what opens it, its own sequence or a shared one; `-` for none. */
function serviceLines(services: readonly Service[], sequences: readonly NamedSequence[]): readonly string[] {
  const knocks = new Map(
    sequences.flatMap((sequence) =>
      sequence.action === "admit" && sequence.opener.kind === "service"
        ? sequence.services.map(({ name }) => [name, printSequence(sequence.knocks)] as const)
        : [],
    ),
  );
  return services.flatMap(({ name, accessWindowSeconds, flowTimeoutSeconds }) => [
    ["service", serviceId(name), name, accessWindowSeconds, knocks.get(name) ?? "-"].join(" "),
    ...(flowTimeoutSeconds > 0 ? [`flows ${serviceId(name)} ${flowTimeoutSeconds}`] : []),
  ]);
}

/**
 * A knocker's window of a service goes on while he keeps his name, that service and what he opens it with, and until his
 * end.
 */
function knockerLines({ opener, until, services }: Admitting, openedWith: string): readonly string[] {
  return opener.kind === "service"
    ? []
    : services.map(({ name }) =>
        ["knocker", windowId(opener, name), serviceId(name), opener.name, until, openedWith].join(" "),
      );
}

/** With the keys of this host alone. */
function tokenLines(tokens: readonly NamedToken[], host: string): readonly string[] {
  return tokens.length === 0
    ? []
    : [
        ["tokens", SLOT_SECONDS, SKEW_SECONDS, tokensPerSlot(tokens.length), FILLED_SECONDS].join(" "),
        ...tokens.flatMap((token) => {
          const { name } = token.opener;
          const fingerprint = tokenFingerprint(token.secret, name);
          const key = hostKey(token.secret, host, name);
          return [
            // What one host of that name has used is kept apart from what another one has.
            [
              "token-key",
              fingerprint,
              tokenId(fingerprint),
              key,
              name,
              tokenFingerprint(token.secret, `${host} ${name}`),
            ].join(" "),
            ...knockerLines(token, `token:${fingerprint}`),
          ];
        }),
      ];
}

/** The network of addresses that are tokens, how it begins, and how many HMACs make those of a slot; then the keys. */
function addressLines(tokens: readonly NamedToken[], { host, network }: TokenNetwork): readonly string[] {
  const { cidr } = network;
  return [
    `token-network ${cidr} ${networkDigits(network)} ${ADDRESS_HMACS}`,
    ...tokens.map(({ secret, opener: { name } }) => {
      const fingerprint = tokenFingerprint(secret, name);
      // What was used in one network of the host is kept apart from what was in another one, and from packets' tokens.
      const bound = tokenFingerprint(secret, `${host} ${name} ${cidr}`);
      const key = addressKey(secret, host, name, cidr);
      return ["address-key", fingerprint, tokenId(fingerprint), key, name, bound, addressesId(bound)].join(
        " ",
      );
    }),
  ];
}

/** How long the blacklist and trust may last at most, and what of an address makes a source. */
function baselineLines(policy: Policy): readonly string[] {
  const { profile, identity } = policy;
  if (profile.kind === "guard") {
    return [];
  }
  const { mask4, mask6 } = sourceMasks(identity);
  return [
    `blacklist ${profile.blacklistSeconds}`,
    `trusted ${trustSeconds(policy)}`,
    `identity ${mask4} ${mask6}`,
  ];
}

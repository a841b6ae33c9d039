import fc from "fast-check";
import { namedTokens } from "../../components/policy/namedSequences";
import type { Policy } from "../../components/policy/policy";
import { addressesIn } from "../../components/policy/tokenNetwork";
import type { PacketText } from "./packets/rawPacket";
import { TOKEN_KINDS, tokenName } from "./packets/scripts/scriptTokens";

/** So few of each kind that some are sent again. */
const OF_EACH_KIND = 3;

/** The port of no policy to which all hosts of a network are sent a token. */
const DISCARD = "9/udp";

const CARRIERS = ["datagram", "datagram", "tftp", "dns"];

interface Parts {
  readonly policy: Policy;
  /** Ports to which tokens go: to knock at, guarded, open and closed ones. */
  readonly ports: readonly PacketText[];
  readonly sequence: fc.Arbitrary<readonly PacketText[]>;
  readonly guarded: readonly PacketText[];
  /** What blacklists its sender under a baseline is among these. */
  readonly others: readonly PacketText[];
}

type Packets = fc.Arbitrary<readonly PacketText[]>;

/** Tokens of all kinds in all carriers, alone, twice, in the middle of a sequence and as its knocks. */
export function tokenPackets(
  parts: Parts,
): readonly { readonly weight: number; readonly arbitrary: Packets }[] {
  const knockers = namedTokens(parts.policy).map(({ opener }) => opener.name);
  if (knockers.length === 0) return [];
  const token = fc
    .tuple(
      fc.constantFrom(...knockers),
      fc.nat(OF_EACH_KIND - 1),
      // Most are right, or few would ever be let in.
      fc.oneof({ weight: 2, arbitrary: fc.constant("now" as const) }, fc.constantFrom(...TOKEN_KINDS)),
    )
    .map(([knocker, index, kind]) => tokenName(knocker, index, kind));
  const { sequence, guarded, others } = parts;
  const port = fc.constantFrom(DISCARD, ...parts.ports.filter((text) => text.endsWith("/udp")));
  const carrier = fc.constantFrom(...CARRIERS);
  const packet = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(port, carrier, token).map((words) => words.join(" ")) },
    { weight: 1, arbitrary: token.map((one) => `ping ${one}`) },
  );
  // A token that opens nothing in the right shape says nothing about another one.
  const right = fc
    .tuple(fc.constantFrom(...knockers), fc.nat(OF_EACH_KIND - 1))
    .map(([knocker, index]) => tokenName(knocker, index, "now"));
  const odd = fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: fc.tuple(carrier, right).map(([how, one]) => `${DISCARD} ${how} ${one}`) },
        { weight: 1, arbitrary: right.map((one) => `ping ${one}`) },
      ),
      fc.constantFrom("longer", "shorter", "multicast"),
    )
    .map(([one, how]) => [`${one} ${how}`]);
  const knocked = fc
    .tuple(sequence, carrier, token)
    .map(([all, how, one]) =>
      all.map((knock) => (knock.endsWith("/udp") ? `${knock} ${how} ${one}` : knock)),
    );
  const amid = fc
    .tuple(sequence, fc.nat(), packet)
    .map(([all, place, one]) => all.toSpliced(place % all.length, 0, one));
  const tcp = [...guarded, ...parts.ports, ...others].filter((text) => /^\d+\/tcp/.test(text));
  const addressed = fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...tcp) },
        { weight: 1, arbitrary: fc.constant("ping") },
      ),
      token,
    )
    .map(([what, one]) => `${what} to ${one}`);
  return [
    ...(addressesIn(parts.policy) === undefined
      ? []
      : [
          { weight: 10, arbitrary: addressed.map((one) => [one]) },
          { weight: 4, arbitrary: addressed.map((one) => [one, one]) },
          { weight: 4, arbitrary: addressed.map((one) => [one, ...guarded]) },
        ]),
    { weight: 10, arbitrary: packet.map((one) => [one]) },
    { weight: 4, arbitrary: packet.map((one) => [one, ...guarded]) },
    { weight: 2, arbitrary: packet.map((one) => [one, one]) },
    { weight: 8, arbitrary: odd },
    { weight: 4, arbitrary: knocked },
    { weight: 4, arbitrary: amid },
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...others), packet) },
  ];
}

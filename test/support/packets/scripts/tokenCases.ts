import type { Policy } from "../../../../components/policy/policy";
import { parsePolicy } from "../../../../components/policy/written/parsePolicy";
import { SOURCE_NETWORKS } from "./addresses";
import {
  BASELINE,
  BASELINE_OTHERS,
  LISTENING,
  LONG,
  OPEN,
  OPEN_PORTS,
  OTHERS,
  SERVICES,
  SHORT,
  UNBANNING,
  UNBANNING_LISTENING,
} from "./caseParts";
import type { ScriptCase } from "./scriptCase";

const [ALICE, BOB, CAROL] = ["a1".repeat(32), "b2".repeat(32), "c3".repeat(32)];

const TOKENS: ScriptCase = {
  name: "tokens",
  policy: parsePolicy({
    services: {
      ssh: { ports: ["2222"], accessWindow: LONG },
      web: { ...SERVICES.web, knockTimeout: LONG },
      once: { ports: ["6666", "6666/udp"], accessWindow: OPEN, access: "once" },
    },
    knockers: {
      alice: {
        services: ["ssh", "web", "once"],
        token: ALICE,
        closeSequence: "9000,8000/udp",
        knockTimeout: SHORT,
      },
      bob: { services: ["ssh"], token: BOB, until: "2199-01-31T18:00:00Z" },
      carol: { services: ["ssh", "once"], token: CAROL, until: "2001-01-31T18:00:00Z" },
      dave: { services: ["ssh"], sequence: "8000/udp,7000", knockTimeout: LONG },
    },
    ...OPEN_PORTS,
  }),
  listening: LISTENING,
  others: OTHERS,
  sources: ["v4", "v6", "v4 neighbour", "v6 neighbour"],
};

const BASELINE_POLICY = parsePolicy({
  services: UNBANNING,
  knockers: {
    alice: { services: ["ssh", "ftps"], token: ALICE, unban: true },
    bob: { services: ["web"], token: BOB },
  },
  ...OPEN_PORTS,
  allow: SOURCE_NETWORKS.allowed,
  identity: { ipv4Prefix: 24, ipv6Prefix: 64 },
  baseline: {
    ...BASELINE,
    blacklistTime: OPEN,
    unbanSequence: "7000,9000,5000/udp",
    unbanKnockTimeout: LONG,
  },
});

/** Knockers whose packets open once each, beside sequences that a token may begin, go on with or end. */
export const TOKEN_CASES: readonly ScriptCase[] = [
  TOKENS,
  { ...TOKENS, name: "tokens-untracked", isUntracked: true },
  {
    ...TOKENS,
    name: "tokens-addresses",
    policy: withNetwork(TOKENS.policy, "2001:db8:7:1::/64"),
    sources: ["v6", "v6 neighbour", "v6 apart", "v4"],
  },
  {
    name: "tokens-baseline",
    policy: withNetwork(BASELINE_POLICY, "2001:db8:7:2::/64"),
    listening: UNBANNING_LISTENING,
    others: BASELINE_OTHERS,
    sources: ["v4", "v6", "v4 neighbour", "v6 martian", "v6 allowed"],
  },
];

function withNetwork(policy: Policy, cidr: string): Policy {
  return { ...policy, tokenNetworks: [{ host: "host", network: { family: 6, cidr } }] };
}

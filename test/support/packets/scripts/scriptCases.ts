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
import { TOKEN_CASES } from "./tokenCases";

/** What `npm test` and `npm run test:model` play. */
export const SCRIPT_CASES: readonly ScriptCase[] = [
  {
    name: "guard",
    policy: parsePolicy({ services: SERVICES, ...OPEN_PORTS }),
    listening: LISTENING,
    others: OTHERS,
    sources: ["v4", "v6", "v4 neighbour", "v6 neighbour"],
  },
  {
    name: "knockers",
    policy: parsePolicy({
      services: {
        ssh: { ports: ["2222"], accessWindow: LONG },
        web: { ...SERVICES.web, knockTimeout: LONG },
        once: { ports: ["6666", "6666/udp"], accessWindow: OPEN, access: "once" },
      },
      knockers: {
        alice: {
          services: ["ssh", "web", "once"],
          sequence: "7000,8000/udp,9000",
          closeSequence: "9000,8000/udp",
          knockTimeout: SHORT,
        },
        bob: {
          services: ["ssh"],
          sequence: "8000/udp,7000",
          knockTimeout: LONG,
          until: "2199-01-31T18:00:00Z",
        },
        carol: { services: ["ssh", "once"], sequence: "9000,7000", until: "2001-01-31T18:00:00Z" },
      },
      ...OPEN_PORTS,
    }),
    listening: LISTENING,
    others: OTHERS,
    sources: ["v4", "v6", "v4 neighbour", "v6 neighbour"],
  },
  {
    name: "guard-networks",
    policy: parsePolicy({
      services: SERVICES,
      ...OPEN_PORTS,
      guardedAnswer: "drop",
      allow: SOURCE_NETWORKS.allowed,
      identity: { ipv4Prefix: 24, ipv6Prefix: 64 },
    }),
    listening: LISTENING,
    others: OTHERS,
    sources: ["v4", "v6", "v4 neighbour", "v6 neighbour", "v4 near", "v6 near", "v6 allowed"],
  },
  {
    name: "guard-untracked",
    policy: parsePolicy({
      services: {
        ...SERVICES,
        ssh: { ...SERVICES.ssh, accessWindow: SHORT, flowTimeout: LONG },
        mail: { ...SERVICES.mail, access: "once", flowTimeout: OPEN },
      },
      ...OPEN_PORTS,
    }),
    listening: LISTENING,
    others: OTHERS,
    isUntracked: true,
    sources: ["v4", "v6", "v4 neighbour", "v6 neighbour"],
  },
  {
    name: "baseline-rejects",
    policy: parsePolicy({
      services: UNBANNING,
      ...OPEN_PORTS,
      allow: SOURCE_NETWORKS.allowed,
      baseline: {
        ...BASELINE,
        blacklistTime: LONG,
        unbanSequence: "7000,9000,5000/udp",
        unbanKnockTimeout: SHORT,
      },
    }),
    listening: UNBANNING_LISTENING,
    others: BASELINE_OTHERS,
    sources: ["v4", "v6", "v4 martian", "v4 allowed", "v6 martian"],
  },
  {
    name: "baseline-drops",
    policy: parsePolicy({
      services: SERVICES,
      ...OPEN_PORTS,
      guardedAnswer: "drop",
      allow: SOURCE_NETWORKS.allowed,
      baseline: { ...BASELINE, blacklistTime: OPEN, unbanSequence: "8000/udp,9000", unbanKnockTimeout: LONG },
    }),
    listening: LISTENING,
    others: BASELINE_OTHERS,
    sources: ["v4", "v6", "v4 martian", "v6 allowed"],
  },
  {
    name: "baseline-networks",
    policy: parsePolicy({
      services: UNBANNING,
      knockers: {
        alice: { services: ["ssh", "web"], sequence: "9000,8000/udp", knockTimeout: SHORT, unban: true },
      },
      ...OPEN_PORTS,
      identity: { ipv4Prefix: 23, ipv6Prefix: 56 },
      baseline: { ...BASELINE, blacklistTime: SHORT },
    }),
    listening: UNBANNING_LISTENING,
    others: BASELINE_OTHERS,
    sources: ["v4", "v6", "v4 near", "v6 near", "v6 apart"],
  },
  {
    name: "baseline-floods",
    policy: parsePolicy({
      services: UNBANNING,
      ...OPEN_PORTS,
      allow: SOURCE_NETWORKS.allowed,
      baseline: { ...BASELINE, synsPerSecond: 2, blacklistTime: SHORT, unbanSequence: "9000,6000/udp" },
    }),
    listening: UNBANNING_LISTENING,
    others: BASELINE_OTHERS,
    sources: ["v4", "v6", "v4 allowed", "v6 martian"],
  },
  ...TOKEN_CASES,
];

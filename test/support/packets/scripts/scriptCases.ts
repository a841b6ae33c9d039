import { parsePolicy } from "../../../../components/policy/written/parsePolicy";
import { SOURCE_NETWORKS } from "./addresses";
import type { ScriptCase } from "./scriptCase";

// A wait of a script lasts longer than the short times and not as long as the long ones.
const SHORT = "2s";
const LONG = "6s";
const OPEN = "1h";

/** Sequences that begin alike, ports of both protocols, every access and a close sequence. */
const SERVICES = {
  ssh: { ports: ["2222"], sequence: "7000,8000/udp,9000", knockTimeout: SHORT, accessWindow: OPEN },
  web: {
    ports: ["3333", "5353/udp"],
    sequence: "7000,8000/udp,6000,8000",
    knockTimeout: SHORT,
    accessWindow: SHORT,
    flowTimeout: OPEN,
  },
  mail: { ports: ["4444"], sequence: "8000/udp,7000,9000", knockTimeout: LONG, accessWindow: LONG },
  mosh: {
    ports: ["5555-5557/udp"],
    sequence: "7000,5000/udp,8000/udp",
    closeSequence: "7000,5000/udp,9000",
    knockTimeout: LONG,
    accessWindow: SHORT,
    flowTimeout: LONG,
  },
  once: {
    ports: ["6666", "6666/udp"],
    sequence: "9000,7000,5000/udp",
    closeSequence: "9000,8000/udp",
    knockTimeout: LONG,
    accessWindow: OPEN,
    access: "once",
  },
};
const SERVED = ["2222/tcp", "3333/tcp", "4444/tcp", "5353/udp", "5555/udp", "6666/tcp", "6666/udp"];
const OPEN_PORTS = { openPorts: ["80", "443/udp"] };
const LISTENING = ["80/tcp", "443/udp", "8080/tcp", "9000/tcp", ...SERVED];
const OTHERS = ["80/tcp", "ping", "443/udp", "1000/tcp", "1000/udp", "7000/udp", "2222/udp", "7001/tcp"];

/** Few knocks, so that whoever is put on the blacklist has a good chance to get off it. */
const UNBANNING = {
  ssh: {
    ports: ["2222"],
    sequence: "7000,8000/udp,9000",
    knockTimeout: LONG,
    accessWindow: LONG,
    unban: true,
  },
  sftp: { ports: ["2223"], sequenceOf: "ssh", accessWindow: SHORT },
  ftps: { ports: ["2224", "2224/udp"], sequenceOf: "ssh", accessWindow: LONG, access: "once" },
  web: {
    ports: ["3333"],
    sequence: "8000/udp,7000",
    closeSequence: "8000/udp,9000",
    knockTimeout: SHORT,
    accessWindow: SHORT,
  },
};
const UNBANNING_LISTENING = [
  ...["80/tcp", "443/udp", "8080/tcp", "2222/tcp", "2223/tcp", "2224/tcp", "2224/udp", "3333/tcp", "21/tcp"],
];

/** Far above what scripts send: floods have a case of their own. */
const MANY = 10_000;
const BASELINE = {
  traps: ["21", "23", "69/udp"],
  exceptNetworks: SOURCE_NETWORKS.own,
  openPortsFrom: [{ ports: ["8080"], from: ["fd78::/16"] }],
  synsPerSecond: MANY,
  ping: { perSecond: MANY, burst: MANY, from: ["10.0.0.0/8", "fd78::/16"] },
};
const BASELINE_OTHERS = [
  ...["80/tcp", "80/tcp", "443/udp", "1000/tcp", "1000/udp", "7000/udp", "8080/tcp", "2222/udp"],
  ...["ping", "21/tcp", "69/udp", "1000/tcp null", "1000/tcp fin+psh+urg"],
];

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
];

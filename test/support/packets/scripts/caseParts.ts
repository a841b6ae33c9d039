import { SOURCE_NETWORKS } from "./addresses";

// A wait of a script lasts longer than the short times and not as long as the long ones.
export const SHORT = "2s";
export const LONG = "6s";
export const OPEN = "1h";

/** Sequences that begin alike, ports of both protocols, every access and a close sequence. */
export const SERVICES = {
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
export const OPEN_PORTS = { openPorts: ["80", "443/udp"] };
export const LISTENING = ["80/tcp", "443/udp", "8080/tcp", "9000/tcp", ...SERVED];
export const OTHERS = [
  "80/tcp",
  "ping",
  "443/udp",
  "1000/tcp",
  "1000/udp",
  "7000/udp",
  "2222/udp",
  "7001/tcp",
];

/** Few knocks, so that whoever is put on the blacklist has a good chance to get off it. */
export const UNBANNING = {
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
export const UNBANNING_LISTENING = [
  ...["80/tcp", "443/udp", "8080/tcp", "2222/tcp", "2223/tcp", "2224/tcp", "2224/udp", "3333/tcp", "21/tcp"],
];

/** Far above what scripts send: floods have a case of their own. */
const MANY = 10_000;
export const BASELINE = {
  traps: ["21", "23", "69/udp"],
  exceptNetworks: SOURCE_NETWORKS.own,
  openPortsFrom: [{ ports: ["8080"], from: ["fd78::/16"] }],
  synsPerSecond: MANY,
  ping: { perSecond: MANY, burst: MANY, from: ["10.0.0.0/8", "fd78::/16"] },
};
export const BASELINE_OTHERS = [
  ...["80/tcp", "80/tcp", "443/udp", "1000/tcp", "1000/udp", "7000/udp", "8080/tcp", "2222/udp"],
  ...["ping", "21/tcp", "69/udp", "1000/tcp null", "1000/tcp fin+psh+urg"],
];

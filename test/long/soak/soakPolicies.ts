import fc from "fast-check";
import { type HostPayload, hostPayload } from "../../support/hostPayload";

export type Profile = "guard" | "baseline";

/** The service whose windows are watched: no update changes what opens it, or for how long. */
export const DOOR = {
  ports: ["2222", "2222/udp"],
  sequence: "61937,52813/udp,47159",
  accessWindow: "2m",
} as const;
export const WINDOW_SECONDS = 120;

const SSH = { ports: ["22"], sequence: "47159,61937,43211/udp" };
const OPERATOR = ["10.77.0.1", "fd77::1"];

/** The networks of a lab, and of the forged sources: no martians. */
const NETWORKS = ["10.77.0.0/16", "10.128.0.0/9", "fd77::/32", "fd78::/16"];

const OTHERS = {
  web: fc.record({
    ports: fc.constantFrom(["8080-8089"], ["3333", "5353/udp"]),
    sequence: fc.constantFrom("43211,57283", "57283/udp,43211,52813/udp"),
    accessWindow: fc.constantFrom("10s", "1h"),
  }),
  mail: fc.record({
    ports: fc.constant(["4444"]),
    sequence: fc.constantFrom("61937,57283,43211", "52813/udp,61937"),
    access: fc.constantFrom("window", "once"),
  }),
};

const VARIED = fc.record({
  others: fc.record(OTHERS, { requiredKeys: [] }),
  knockTimeout: fc.constantFrom("5s", "10s", "30s"),
  allow: fc.subarray(["192.0.2.0/24", "198.51.100.7", "2001:db8::/32"]),
  openPorts: fc.subarray(["80", "443", "8443/udp", "9000-9100"]),
  guardedAnswer: fc.constantFrom("reject", "drop"),
  log: fc.constantFrom(undefined, {}, { admissions: false, refusals: true, linesPerMinute: 6 }),
});

/** What happens to a host next. */
export type Event =
  | { readonly kind: "update" | "rollback"; readonly varied: VariedPolicy }
  /** By somebody whose host it is not: it must change nothing. */
  | { readonly kind: "foreignUpdate" }
  | { readonly kind: "reload"; readonly command: string; readonly flushes: boolean };
type VariedPolicy = typeof VARIED extends fc.Arbitrary<infer T> ? T : never;

const RELOADS = [
  { command: "systemctl restart portknock.service", flushes: false },
  { command: "systemctl daemon-reload", flushes: false },
  { command: "systemctl reload nftables.service", flushes: true },
  { command: "systemctl restart nftables.service", flushes: true },
  { command: "systemctl stop nftables.service; systemctl start nftables.service", flushes: true },
] as const;

export const EVENTS: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: VARIED.map((varied) => ({ kind: "update", varied }) as const) },
  { weight: 2, arbitrary: VARIED.map((varied) => ({ kind: "rollback", varied }) as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "foreignUpdate" } as const) },
  { weight: 5, arbitrary: fc.constantFrom(...RELOADS).map((one) => ({ kind: "reload", ...one }) as const) },
);

/** The policy before the first event and after the last one. */
export const FIRST: VariedPolicy = {
  others: {},
  knockTimeout: "10s",
  allow: [],
  openPorts: ["80"],
  guardedAnswer: "reject",
  log: undefined,
};

export function soakPayload(
  profile: Profile,
  varied: VariedPolicy,
  options: { readonly rollbackTimeout?: string; readonly owner?: string } = {},
): HostPayload {
  const { others, knockTimeout, allow, openPorts, guardedAnswer, log } = varied;
  const { rollbackTimeout = "60s", owner = "edge" } = options;
  return hostPayload({
    services: { door: { ...DOOR, knockTimeout }, ssh: SSH, ...others },
    allow: [...OPERATOR, ...allow],
    rollbackTimeout,
    owner: { host: profile, component: owner },
    policy: {
      openPorts,
      guardedAnswer,
      ...(log && { log }),
      ...(profile === "baseline" && { baseline: { traps: ["23", "69/udp"], exceptNetworks: NETWORKS } }),
    },
  });
}

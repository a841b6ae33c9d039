import fc from "fast-check";

/** Two policies as they are written, the second one the first with something changed. */
export interface PolicyPair {
  readonly before: Written;
  readonly after: Written;
}

type Written = Readonly<Record<string, unknown>> & { readonly services: object };

/** They nest, they are martians or not, and they are of both families. */
export const SOURCES = [
  "192.168.1.5",
  "192.168.7.7",
  "198.51.100.9",
  "8.8.8.8",
  "8.8.8.9",
  "8.1.1.1",
  "1.1.1.1",
  "2001:db8::1",
  "2620:fe::fe",
  "fd00::1",
] as const;
const NETWORKS = [
  "192.168.0.0/16",
  "192.168.1.0/24",
  "198.51.100.0/24",
  "8.8.8.0/24",
  "8.8.8.8",
  "8.0.0.0/8",
  "0.0.0.0/0",
  "2001:db8::/32",
  "2620:fe::/48",
];

export const DOORS = [
  { protocol: "tcp", port: 22 },
  { protocol: "tcp", port: 23 },
  { protocol: "tcp", port: 85 },
  { protocol: "tcp", port: 90 },
  { protocol: "udp", port: 53 },
  { protocol: "tcp", port: 12345 },
] as const;
const RANGES = ["22", "23", "80-90", "53/udp"];
const ROLES = ["ssh", "db", "open", "trap", "some", "closed"] as const;

const networks = fc.subarray(NETWORKS, { maxLength: 3 });
/** Everything a choice can be about, so that a pair may differ in one thing alone. */
const CHOICES = fc.record({
  roles: fc.tuple(...RANGES.map(() => fc.constantFrom(...ROLES))),
  isShared: fc.boolean(),
  access: fc.constantFrom("once", "window"),
  allow: networks,
  guardedAnswer: fc.constantFrom("reject", "drop"),
  hasBaseline: fc.boolean(),
  exceptNetworks: networks,
  some: fc.subarray(NETWORKS, { minLength: 1, maxLength: 2 }),
});

type Choices = typeof CHOICES extends fc.Arbitrary<infer T> ? T : never;

/** Pairs of policies that differ in a few choices. Not all of them are valid. */
export const POLICY_PAIRS: fc.Arbitrary<PolicyPair> = fc
  .tuple(
    CHOICES,
    CHOICES,
    fc.subarray(
      ["roles", "isShared", "access", "allow", "guardedAnswer", "exceptNetworks", "some"] as const,
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    fc.nat(RANGES.length - 1),
    fc.boolean(),
  )
  .map(([choices, others, changed, moved, turnsFirewall]) => {
    const changes = Object.fromEntries(changed.map((choice) => [choice, others[choice]]));
    const roles = choices.roles.map((role, index) =>
      index === moved ? (others.roles[index] ?? role) : role,
    );
    const hasBaseline = choices.hasBaseline !== (turnsFirewall && changed.length === 1);
    return {
      before: write(choices),
      after: write({ ...choices, ...changes, hasBaseline, ...(changed.includes("roles") && { roles }) }),
    };
  });

/** Hosts that differ, some of which come to a group or leave it, as both policies have them. */
export const FLEET_HOSTS = ["web-1", "web-2", "db-1"] as const;

const DIFFERENCES = fc.record(
  {
    services: fc.subarray(["ssh", "other"], { minLength: 1 }),
    allow: networks,
    openPorts: fc.constantFrom([], ["85"], ["12345"]),
    exceptNetworks: networks,
    openPortsFrom: networks.map((from) => (from.length === 0 ? [] : [{ ports: ["9100"], from }])),
  },
  { requiredKeys: [] },
);
const GROUPS = fc.record({
  web: fc.tuple(fc.subarray([...FLEET_HOSTS]), DIFFERENCES),
  db: fc.tuple(fc.subarray([...FLEET_HOSTS]), DIFFERENCES),
  own: DIFFERENCES,
});

type Difference = typeof DIFFERENCES extends fc.Arbitrary<infer T> ? T : never;
type Groups = typeof GROUPS extends fc.Arbitrary<infer T> ? T : never;

/** The same of fleets whose hosts differ. */
export const FLEET_PAIRS: fc.Arbitrary<PolicyPair> = fc
  .tuple(POLICY_PAIRS, GROUPS, GROUPS, fc.subarray(["web", "db", "own"] as const), fc.boolean())
  .map(([{ before, after }, groups, others, changed, staysCommon]) => {
    const changes = Object.fromEntries(changed.map((part) => [part, others[part]]));
    return {
      before: withGroups(before, groups),
      after: withGroups(staysCommon ? before : after, { ...groups, ...changes }),
    };
  });

/** Without what the policy has no place for. */
function withGroups(policy: Written, { web, db, own }: Groups): Written {
  const suited = ({ services = [], exceptNetworks, openPortsFrom, ...rest }: Difference): object => {
    const known = services.filter((service) => service in policy.services);
    return {
      ...rest,
      ...(known.length > 0 && { services: known }),
      ...("baseline" in policy && { exceptNetworks, openPortsFrom }),
    };
  };
  const [[webHosts, ofWeb], [dbHosts, ofDb]] = [web, db];
  const { services, ...ofBoth } = ofDb;
  const hosts = FLEET_HOSTS.map((name) => [name, name === "db-1" ? suited(own) : {}]);
  return {
    ...policy,
    hosts: Object.fromEntries(hosts),
    groups: { web: { hosts: webHosts, ...suited(ofWeb) }, db: { hosts: dbHosts, ...suited(ofBoth) } },
  };
}

function write({ roles, isShared, access, allow, guardedAnswer, hasBaseline, ...rest }: Choices): Written {
  const portsOf = (role: (typeof ROLES)[number]): readonly string[] =>
    RANGES.filter((_, index) => roles[index] === role);
  const db = isShared && portsOf("ssh").length > 0 ? { sequenceOf: "ssh" } : { sequence: "4001,5701,6100" };
  const services = [
    ["ssh", { ports: portsOf("ssh"), sequence: "7000,9001,8123", access }] as const,
    ["db", { ports: portsOf("db"), ...db }] as const,
    ["other", { ports: ["9999"], sequence: "6205,5003,4107" }] as const,
  ];
  const some = { ports: portsOf("some"), from: rest.some };
  return {
    services: Object.fromEntries(services.filter(([, { ports }]) => ports.length > 0)),
    allow,
    guardedAnswer,
    openPorts: portsOf("open"),
    ...(hasBaseline && {
      baseline: {
        traps: portsOf("trap"),
        exceptNetworks: rest.exceptNetworks,
        openPortsFrom: some.ports.length > 0 ? [some] : [],
      },
    }),
  };
}

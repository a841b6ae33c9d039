import { namedSequences } from "./namedSequences";
import { canonicalAddress, contains } from "./network";
import type { Deployer, Policy, PortRange, Reach, Service } from "./policy";
import type { Problem } from "./policyError";
import { overlaps } from "./portRange";
import { knockKey } from "./sequence";
import { serviceId } from "./serviceId";

type Rule = (policy: Policy, reaches: readonly Reach[]) => readonly Problem[];

/** Rules that look at more than one field. A new rule is one small function in this list. */
const RULES: readonly Rule[] = [
  guardedTwice,
  guardedAndOpen,
  knockOnServedPort,
  sequenceBeginsAnother,
  sameServiceId,
  sameConnectionTwice,
  locksPulumiOut,
];

export function crossFieldProblems(policy: Policy, reaches: readonly Reach[]): readonly Problem[] {
  return RULES.flatMap((rule) => rule(policy, reaches));
}

function guardedTwice({ services }: Policy): readonly Problem[] {
  return pairs(services)
    .filter(([first, second]) => shareAPort(first.ports, second.ports))
    .map(([first, second]) => ({
      path: `services.${second.name}.ports`,
      problem: `has a port that ${first.name} guards too`,
      remedy: "give each port to one service",
    }));
}

function guardedAndOpen({ services, openPorts }: Policy): readonly Problem[] {
  return services
    .filter(({ ports }) => shareAPort(ports, openPorts))
    .map(({ name }) => ({
      path: `services.${name}.ports`,
      problem: "has a port that openPorts serves",
      remedy: "a port is either guarded or open",
    }));
}

function knockOnServedPort(policy: Policy): readonly Problem[] {
  const guarded = policy.services.flatMap((service) => service.ports);
  return namedSequences(policy).flatMap(({ knocks, path }) =>
    knocks.flatMap((knock, index) => {
      const range: PortRange = { protocol: knock.protocol, from: knock.port, to: knock.port };
      const served = policy.openPorts.some((ports) => overlaps(ports, range))
        ? "openPorts serves"
        : undefined;
      const role = guarded.some((ports) => overlaps(ports, range)) ? "a service guards" : served;
      return role === undefined
        ? []
        : [{ path, problem: `knock ${index + 1} is a port that ${role}`, remedy: "choose another" }];
    }),
  );
}

function sequenceBeginsAnother(policy: Policy): readonly Problem[] {
  return pairs(namedSequences(policy)).flatMap(([first, second]) => {
    const [shorter, longer] = first.knocks.length <= second.knocks.length ? [first, second] : [second, first];
    const isPrefix = shorter.knocks.every((knock, index) => {
      const other = longer.knocks[index];
      return other !== undefined && knockKey(knock) === knockKey(other);
    });
    if (!isPrefix) {
      return [];
    }
    const isEqual = shorter.knocks.length === longer.knocks.length;
    const whose =
      shorter.action === "admit"
        ? `the sequence of ${shorter.service.name}`
        : `the close sequence of ${shorter.service.name}`;
    return [
      {
        path: longer.path,
        problem: `${isEqual ? "equals" : "begins with"} ${whose}`,
        remedy: "choose another",
      },
    ];
  });
}

function sameServiceId({ services }: Policy): readonly Problem[] {
  return pairs(services)
    .filter(([first, second]) => serviceId(first.name) === serviceId(second.name))
    .map(([first, second]) => ({
      path: `services.${second.name}`,
      problem: `has a name that the kernel could not tell from ${first.name}`,
      remedy: "rename it",
    }));
}

function sameConnectionTwice(_policy: Policy, reaches: readonly Reach[]): readonly Problem[] {
  // Behind a proxy an address may mean another machine than the same address without one.
  const direct = reaches.filter(({ viaProxy }) => !viaProxy);
  return pairs(direct)
    .filter(([first, second]) => endpoint(first) === endpoint(second))
    .map(([first, second]) => ({
      path: `hosts.${second.host}.connection`,
      problem: `leads to the same address and port as ${first.host}`,
      remedy: "name each host once",
    }));
}

function endpoint({ address, port }: Reach): string {
  return `${canonicalAddress(address)} ${port}`;
}

function locksPulumiOut({ services, allow }: Policy, reaches: readonly Reach[]): readonly Problem[] {
  return reaches.flatMap((reach) => {
    const guard = guardOf(services, reach.port);
    return guard === undefined || allow.length > 0 || reach.viaProxy
      ? []
      : [
          {
            path: `hosts.${reach.host}.connection`,
            problem: `${guard.name} guards the port through which Pulumi connects, and nothing lets Pulumi in`,
            remedy: "add the deployer's address to allow, or connect through a proxy",
          },
        ];
  });
}

/** The same check with what only the host can tell: the address from which it sees the deployer come. */
export function deployerProblems(policy: Policy, host: string, deployer: Deployer): readonly Problem[] {
  const guard = guardOf(policy.services, deployer.port);
  if (guard === undefined || contains(policy.allow, deployer.address)) {
    return [];
  }
  return [
    {
      path: `hosts.${host}.connection`,
      problem: `${guard.name} would lock Pulumi out, which this host sees coming from ${deployer.address}`,
      remedy: "add that address to allow",
    },
  ];
}

function guardOf(services: readonly Service[], port: number): Service | undefined {
  const range: PortRange = { protocol: "tcp", from: port, to: port };
  return services.find((service) => service.ports.some((ports) => overlaps(ports, range)));
}

function shareAPort(a: readonly PortRange[], b: readonly PortRange[]): boolean {
  return a.some((range) => b.some((other) => overlaps(range, other)));
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((first, index) => items.slice(index + 1).map((second) => [first, second] as const));
}

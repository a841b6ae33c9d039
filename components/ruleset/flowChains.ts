import { keepingServices, udpPortsOf } from "../policy/flows";
import type { Policy, Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { pingRules } from "./icmpChains";
import {
  accept,
  admission,
  type Family,
  goto,
  inSet,
  lookUpService,
  perFamily,
  rule,
  SCRATCH,
  UDP,
  UNTRACKED,
  update,
  WITHOUT_SYN,
  when,
} from "./phrases";
import { intervalFlag } from "./portMaps";
import type { Chain, NamedSet, Rule } from "./ruleset";

/** Only policies with a flow timeout have these: who has flows to which service that connection tracking may forget. */
export function flowSets(policy: Policy): readonly NamedSet[] {
  const ports = keepingServices(policy).flatMap(udpPortsOf);
  return ports.length === 0
    ? []
    : [
        {
          name: "pk_flow_ports",
          keyType: ["inet_service"],
          flags: intervalFlag(ports),
          elements: ports.map(({ from, to }) => ({ key: [from === to ? `${from}` : `${from}-${to}`] })),
        },
      ];
}

/** What keeps flows known. The scratch register holds their service. */
export function keepChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  const keeping = keepingServices(policy);
  if (keeping.length === 0) {
    return [];
  }
  return [
    ...distinctTimeouts(keeping).map((seconds) => keepForChain(seconds, families)),
    {
      name: "pk_keep",
      rules: [
        rule("keep: for how long", {
          kind: "dispatch",
          key: [SCRATCH],
          cases: keeping.map(({ name, flowTimeoutSeconds }) => ({
            when: serviceId(name),
            verdict: goto(`pk_keep_${flowTimeoutSeconds}s`),
          })),
        }),
        rule("keep: not at all", goto("pk_enter")),
      ],
    },
  ];
}

function keepForChain(seconds: number, families: readonly Family[]): Chain {
  return {
    name: `pk_keep_${seconds}s`,
    rules: [
      ...perFamily(families, "keep: from now", (family) => [
        update(`pk_flows${family.version}`, { key: admission(family), timeoutSeconds: seconds }),
      ]),
      rule("keep: goes on", goto("pk_enter")),
    ],
  };
}

/** Who has flows to the service that connection tracking forgot, or was kept from knowing. A SYN is no part of one. */
export function keptRules(policy: Policy, families: readonly Family[]): readonly Rule[] {
  return when(
    keepingServices(policy).length > 0,
    ...perFamily(families, "guard: a flow that goes on", (family) => [
      UDP,
      inSet(admission(family), `pk_flows${family.version}`),
      goto("pk_keep"),
    ]),
    ...perFamily(families, "guard: an untracked session that goes on", (family) => [
      UNTRACKED,
      WITHOUT_SYN,
      inSet(admission(family), `pk_flows${family.version}`),
      goto("pk_keep"),
    ]),
  );
}

/** Where established packets go that have more before them than to be accepted; none where there is nothing. */
export function establishedChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  const hasFlowPorts = flowSets(policy).length > 0;
  const isBaseline = policy.profile.kind === "baseline";
  return hasFlowPorts || isBaseline
    ? [
        ...(hasFlowPorts ? [flowChain(families)] : []),
        {
          name: "pk_established",
          rules: [
            ...(isBaseline ? pingRules() : []),
            ...when(
              hasFlowPorts,
              rule("established: a flow to keep", UDP, inSet(["th dport"], "pk_flow_ports"), goto("pk_flow")),
            ),
            rule("established: goes on", accept()),
          ],
        },
      ]
    : [];
}

function flowChain(families: readonly Family[]): Chain {
  return {
    name: "pk_flow",
    rules: [
      rule("flow: which service", lookUpService()),
      ...perFamily(families, "flow: kept", (family) => [
        inSet(admission(family), `pk_flows${family.version}`),
        goto("pk_keep"),
      ]),
      rule("flow: not kept", goto("pk_enter")),
    ],
  };
}

function distinctTimeouts(services: readonly Service[]): readonly number[] {
  const distinct = new Set(services.map(({ flowTimeoutSeconds }) => flowTimeoutSeconds));
  return [...distinct].toSorted((a, b) => a - b);
}

import type { Policy, PortRange, Service } from "./policy";
import type { Problem } from "./policyError";

/** The services whose flows outlast connection tracking. */
export function keepingServices({ services }: Pick<Policy, "services">): readonly Service[] {
  return services.filter(({ flowTimeoutSeconds }) => flowTimeoutSeconds > 0);
}

export function udpPortsOf({ ports }: Pick<Service, "ports">): readonly PortRange[] {
  return ports.filter(({ protocol }) => protocol === "udp");
}

/** A datagram does not say whether it begins a flow. */
export function keepsSecondFlow(policy: Policy): readonly Problem[] {
  return keepingServices(policy)
    .filter((service) => service.access === "once" && udpPortsOf(service).length > 0)
    .map(({ name }) => ({
      path: `services.${name}.flowTimeout`,
      problem: 'would let a second UDP flow in where access is "once": it looks like the first one going on',
      remedy: 'set access to "window", or leave flowTimeout out',
    }));
}

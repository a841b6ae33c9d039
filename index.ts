export type {
  ConnectionArgs,
  HostArgs,
  PortKnockFirewallArgs,
  ProxyConnectionArgs,
  ServiceArgs,
} from "./components/args";
export { PolicyError, type Problem } from "./components/policy/policyError";
export { PortKnockFirewall } from "./components/portKnockFirewall";

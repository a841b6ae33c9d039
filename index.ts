export type {
  ConnectionArgs,
  HostArgs,
  PortKnockFirewallArgs,
  ProxyConnectionArgs,
  ServiceArgs,
} from "./components/args";
export { PolicyError, type Problem } from "./components/policy/policyError";
export { parseSequence } from "./components/policy/sequence";
export { PortKnockFirewall } from "./components/portKnockFirewall";
export {
  KnockError,
  type KnockFailure,
  type KnockOptions,
  type KnockReport,
  knock,
} from "./components/remote/knock";

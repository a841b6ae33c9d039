export type {
  ConnectionArgs,
  DifferenceArgs,
  GroupArgs,
  HostArgs,
  IdentityArgs,
  KnockerArgs,
  PortKnockFirewallArgs,
  ProxyConnectionArgs,
  ServiceArgs,
} from "./components/args";
export type { BaselineArgs, PingArgs, RestrictedPortsArgs } from "./components/baselineArgs";
export {
  KnockError,
  type KnockFailure,
  type KnockOptions,
  type KnockReport,
  knock,
} from "./components/client/knock";
export type { LogArgs } from "./components/logArgs";
export { PolicyError, type Problem } from "./components/policy/policyError";
export { parseSequence } from "./components/policy/sequence";
export { PortKnockFirewall } from "./components/portKnockFirewall";
export type { RolloutArgs } from "./components/rolloutArgs";

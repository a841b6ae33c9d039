import type { Fact } from "./describeFacts";
import { describeKnocks } from "./describeKnocks";
import { printDuration } from "./duration";
import type { Baseline } from "./policy";
import { printPortRange } from "./portRange";

/** The facts of a host firewall. */
export function describeBaseline(baseline: Baseline): readonly Fact[] {
  const { ping, traps, exceptNetworks, openPortsFrom, unbanSequence } = baseline;
  const facts = [
    { path: "ping.perSecond", value: `${ping.perSecond}` },
    { path: "ping.burst", value: `${ping.burst}` },
    ...(ping.from.length === 0 ? ["everybody"] : ping.from.map(({ cidr }) => cidr)).map((value) => ({
      path: "ping.from",
      value,
    })),
    { path: "blacklistTime", value: printDuration(baseline.blacklistSeconds) },
    { path: "synsPerSecond", value: `${baseline.synsPerSecond}` },
    { path: "forward", value: baseline.forward },
    ...traps.map((range) => ({ path: "traps", value: printPortRange(range) })),
    ...exceptNetworks.map(({ cidr }) => ({ path: "exceptNetworks", value: cidr })),
    ...openPortsFrom.flatMap(({ ports, from }) =>
      ports.flatMap((range) =>
        from.map(({ cidr }) => ({ path: "openPortsFrom", value: `${printPortRange(range)} from ${cidr}` })),
      ),
    ),
    ...(unbanSequence.length === 0
      ? []
      : [
          { path: "unbanKnocks", value: describeKnocks(unbanSequence) },
          { path: "unbanKnockTimeout", value: printDuration(baseline.unbanKnockTimeoutSeconds) },
        ]),
  ];
  return facts.map(({ path, value }) => ({ path: `baseline.${path}`, value }));
}

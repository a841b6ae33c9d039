import { NO_ACTIVITY } from "../../components/status/activity";
import type { AnsweredReport, FleetReport, HostReport } from "../../components/status/fleetReport";

const rules = { owner: "shop/dev/edge/web-1", appliedAt: Date.UTC(2026, 10, 28, 7, 12, 30) / 1000 };

/** In sync, with somebody admitted and somebody refused. */
export const BUSY: AnsweredReport = {
  kind: "answered",
  name: "web-1",
  findings: [],
  warnings: [],
  rules,
  activity: {
    admissions: [
      { service: "ssh", source: "198.51.100.7", secondsLeft: 290, opener: "alice" },
      { service: "ssh", source: "2001:db8::7", secondsLeft: 9 },
    ],
    flows: [{ service: "mosh", source: "198.51.100.7", secondsLeft: 86_000 }],
    connections: [{ service: "ssh", count: 3 }],
    refusals: [
      { service: "ssh", count: 12 },
      { service: "web", count: 2 },
    ],
    entries: [{ service: "ssh", count: 3, opener: "alice" }],
    refusedPorts: [
      { protocol: "tcp", port: 23, count: 40 },
      { protocol: "udp", port: 161, count: 4 },
    ],
    blacklisted: 17,
  },
};

export const DRIFTED: HostReport = {
  kind: "answered",
  name: "web-2",
  findings: ["the boot file was changed"],
  warnings: ["sudo logs what Pulumi sends"],
  rules: { ...rules, owner: "shop/dev/edge/web-2" },
  activity: { ...NO_ACTIVITY, refusedPorts: [{ protocol: "tcp", port: 23, count: 2 }] },
};

export const UNGUARDED: HostReport = {
  kind: "answered",
  name: "db-1",
  findings: ["it carries none of our rules"],
  warnings: [],
  rules: undefined,
  activity: NO_ACTIVITY,
};

export const SILENT: HostReport = { kind: "unanswered", name: "db-2", reason: "refused the connection" };

export const FLEET: FleetReport = {
  askedAt: Date.UTC(2026, 10, 28, 8, 5, 9) / 1000,
  hosts: [BUSY, DRIFTED, UNGUARDED, SILENT],
};

/** A host of which everything that can be a text is this one. */
export function saying(text: string): HostReport {
  return {
    kind: "answered",
    name: "web-3",
    findings: [text],
    warnings: [text],
    rules: { owner: text, appliedAt: undefined },
    activity: {
      admissions: [{ service: text, source: text, secondsLeft: 1, opener: text }],
      flows: [{ service: text, source: text, secondsLeft: 1 }],
      connections: [{ service: text, count: 1 }],
      refusals: [{ service: text, count: 1 }],
      entries: [{ service: text, opener: text, count: 1 }],
      refusedPorts: [],
      blacklisted: undefined,
    },
  };
}

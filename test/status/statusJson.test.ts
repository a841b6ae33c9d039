import { describe, expect, it } from "vitest";
import { printStatusJson } from "../../components/status/statusJson";
import { FLEET } from "../support/fleetReports";

const NOBODY = {
  admitted: [],
  flows: [],
  connections: [],
  refusals: [],
  entries: [],
  refusedPorts: [],
  blacklisted: null,
};

describe("a status as JSON", () => {
  const text = printStatusJson(FLEET);

  it("is one line", () => {
    expect(text.indexOf("\n")).toBe(text.length - 1);
  });

  it("has the shape of its version", () => {
    expect(JSON.parse(text)).toEqual({
      version: 1,
      askedAt: "2026-11-28T08:05:09Z",
      hosts: [
        {
          name: "web-1",
          state: "inSync",
          findings: [],
          warnings: [],
          rules: { owner: "shop/dev/edge/web-1", appliedAt: "2026-11-28T07:12:30Z" },
          admitted: [
            { source: "198.51.100.7", service: "ssh", knocker: "alice", secondsLeft: 290 },
            { source: "2001:db8::7", service: "ssh", knocker: null, secondsLeft: 9 },
          ],
          flows: [{ source: "198.51.100.7", service: "mosh", secondsLeft: 86000 }],
          connections: [{ service: "ssh", count: 3 }],
          refusals: [
            { service: "ssh", count: 12 },
            { service: "web", count: 2 },
          ],
          entries: [{ service: "ssh", knocker: "alice", count: 3 }],
          refusedPorts: [
            { protocol: "tcp", port: 23, count: 40 },
            { protocol: "udp", port: 161, count: 4 },
          ],
          blacklisted: 17,
        },
        {
          name: "web-2",
          state: "drifted",
          findings: ["the boot file was changed"],
          warnings: ["sudo logs what Pulumi sends"],
          rules: { owner: "shop/dev/edge/web-2", appliedAt: "2026-11-28T07:12:30Z" },
          ...NOBODY,
          refusedPorts: [{ protocol: "tcp", port: 23, count: 2 }],
        },
        {
          name: "db-1",
          state: "drifted",
          findings: ["it carries none of our rules"],
          warnings: [],
          rules: null,
          ...NOBODY,
        },
        { name: "db-2", state: "unanswered", reason: "refused the connection" },
      ],
    });
  });
});

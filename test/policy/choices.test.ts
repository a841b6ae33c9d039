import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";

const SSH = { ports: ["22"], sequence: "7000,8000/udp,9000" };
const policy = (service: object, others: object = {}) => ({
  services: { ssh: { ...SSH, ...service } },
  ...others,
});

describe("a service", () => {
  it("may admit once, and may have a sequence that closes it", () => {
    const [ssh] = parsePolicy(policy({ access: "once", closeSequence: "7000,6000" })).services;
    expect(ssh).toMatchObject({
      access: "once",
      opening: {
        closeSequence: [
          { protocol: "tcp", port: 7000 },
          { protocol: "tcp", port: 6000 },
        ],
      },
    });
  });

  it.each([
    ["another access", { access: "always" }, 'services.ssh.access: is neither; write "window" or "once"'],
    [
      "a close sequence that is none",
      { closeSequence: "7000" },
      "services.ssh.closeSequence: has 1 knock; give 2 to 16, or leave it out",
    ],
    [
      "a close sequence that equals its own",
      { closeSequence: "7000,8000/udp,9000" },
      "services.ssh.closeSequence: equals the sequence of ssh; choose another",
    ],
    [
      "a close sequence that begins its own",
      { closeSequence: "7000,8000/udp" },
      "services.ssh.sequence: begins with the close sequence of ssh; choose another",
    ],
    [
      "a close sequence with a knock on a guarded port",
      { ports: ["2200"], closeSequence: "7000,2200" },
      "services.ssh.closeSequence: knock 2 is a port that a service guards; choose another",
    ],
  ])("rejects %s", (_, service, problem) => {
    expect(problemsOf(policy(service))).toEqual([problem]);
  });
});

describe("a host", () => {
  it("may drop, and may take networks for sources", () => {
    const choices = { guardedAnswer: "drop", identity: { ipv4Prefix: 16, ipv6Prefix: 48 } };
    expect(parsePolicy(policy({}, choices))).toMatchObject(choices);
    expect(parsePolicy(policy({}, { identity: { ipv6Prefix: 64 } })).identity).toEqual({
      ipv4Prefix: 32,
      ipv6Prefix: 64,
    });
  });

  it.each([
    ["another answer", { guardedAnswer: "tarpit" }, 'guardedAnswer: is neither; write "reject" or "drop"'],
    [
      "an IPv4 prefix that is too short",
      { identity: { ipv4Prefix: 15 } },
      "identity.ipv4Prefix: is out of range; use a whole number from 16 to 32",
    ],
    [
      "an IPv6 prefix that is too long",
      { identity: { ipv6Prefix: 129 } },
      "identity.ipv6Prefix: is out of range; use a whole number from 48 to 128",
    ],
    [
      "a prefix that is no whole number",
      { identity: { ipv4Prefix: 24.5 } },
      "identity.ipv4Prefix: is out of range; use a whole number from 16 to 32",
    ],
  ])("rejects %s", (_, others, problem) => {
    expect(problemsOf(policy({}, others))).toEqual([problem]);
  });
});

describe("the log", () => {
  const off = { admissions: false, stages: false, refusals: false, linesPerMinute: 60 };

  it.each([
    ["tells who was admitted, once it is asked for", {}, { ...off, admissions: true }],
    ["may tell nothing", { admissions: false }, off],
    [
      "may tell everything",
      { stages: true, refusals: true, linesPerMinute: 6000 },
      { admissions: true, stages: true, refusals: true, linesPerMinute: 6000 },
    ],
  ])("%s", (_, log, parsed) => {
    expect(parsePolicy(policy({}, { log })).log).toEqual(parsed);
  });

  it.each([
    [true, "log: is missing or of another type; give an object"],
    [{ stages: "yes" }, "log.stages: is missing or of another type; give a boolean"],
    [{ linesPerMinute: 0 }, "log.linesPerMinute: is out of range; use a whole number from 1 to 6,000"],
    [{ linesPerMinute: 6001 }, "log.linesPerMinute: is out of range; use a whole number from 1 to 6,000"],
    [
      { lines: 1 },
      "log: has an unknown field, lines; known are admissions, stages, refusals, linesPerMinute",
    ],
  ])("rejects %j", (log, problem) => {
    expect(problemsOf(policy({}, { log }))).toEqual([problem]);
  });
});

import { describe, expect, it } from "vitest";
import { namedSequences } from "../../components/policy/namedSequences";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";

const SSH = { ports: ["22"], sequence: "7000,8000,9000" };
const WEB = { ports: ["8443"], sequenceOf: "ssh" };
const beside = (web: object, ssh: object = {}, others: object = {}) => ({
  services: { ssh: { ...SSH, ...ssh }, web },
  ...others,
});

describe("a service that shares a sequence", () => {
  it("has ports, access and an access window of its own", () => {
    const [, web] = parsePolicy(beside({ ...WEB, access: "once", accessWindow: "1h" })).services;
    expect(web).toEqual({
      name: "web",
      ports: [{ protocol: "tcp", from: 8443, to: 8443 }],
      opening: { kind: "shared", sequenceOf: "ssh" },
      accessWindowSeconds: 3600,
      access: "once",
      flowTimeoutSeconds: 0,
    });
  });

  it("is opened and closed together with the others", () => {
    const services = {
      web: WEB,
      ssh: { ...SSH, closeSequence: "6000,5000" },
      mail: { ports: ["25"], sequenceOf: "ssh" },
    };
    const sequences = namedSequences(parsePolicy({ services }));
    expect(
      sequences.map((named) => [
        named.path,
        named.action === "unban" ? [] : named.services.map(({ name }) => name),
      ]),
    ).toEqual([
      ["services.ssh.sequence", ["ssh", "mail", "web"]],
      ["services.ssh.closeSequence", ["ssh", "mail", "web"]],
    ]);
  });

  it("takes undefined for what belongs to the other one", () => {
    const absent = {
      sequence: undefined,
      knockTimeout: undefined,
      closeSequence: undefined,
      unban: undefined,
    };
    expect(problemsOf(beside({ ...WEB, ...absent }))).toEqual([]);
  });

  const elsewhere = "belongs to the service whose sequence it is; write it there";
  it.each([
    [{ sequence: "7000,6000" }, "services.web.sequence: stands beside sequenceOf; keep one of the two"],
    [{ knockTimeout: "5s" }, `services.web.knockTimeout: ${elsewhere}`],
    [{ closeSequence: "7000,6000" }, `services.web.closeSequence: ${elsewhere}`],
    [{ unban: false }, `services.web.unban: ${elsewhere}`],
    [
      { sequenceOf: "7000,8000" },
      "services.web.sequenceOf: is not the name of a service; name one with a sequence of its own",
    ],
    [{ sequenceOf: null }, "services.web.sequenceOf: is missing or of another type; give a string"],
    [
      { sequenceOf: "mail" },
      "services.web.sequenceOf: names no service; name one with a sequence of its own",
    ],
    [
      { sequenceOf: "toString" },
      "services.web.sequenceOf: names no service; name one with a sequence of its own",
    ],
    [
      { sequenceOf: "web" },
      "services.web.sequenceOf: names a service without a sequence of its own; name the service whose sequence it is",
    ],
  ])("rejects %j", (fields, problem) => {
    expect(problemsOf(beside({ ...WEB, ...fields }))).toEqual([problem]);
  });

  it("rejects every field that is wrong at once", () => {
    expect(problemsOf(beside({ ...WEB, ports: [], sequence: 5, unban: true, accessWindow: "0s" }))).toEqual([
      "services.web.accessWindow: is out of range; use 1s to 7d",
      "services.web.ports: names no port; list at least one",
      "services.web.sequence: stands beside sequenceOf; keep one of the two",
      `services.web.unban: ${elsewhere}`,
    ]);
  });

  it("rejects one that shares with a service that shares itself", () => {
    const services = { ssh: SSH, web: WEB, mail: { ports: ["25"], sequenceOf: "web" } };
    expect(problemsOf({ services })).toEqual([
      "services.mail.sequenceOf: names a service without a sequence of its own; name the service whose sequence it is",
    ]);
  });

  it("is no problem beside a service that is refused for another reason", () => {
    expect(problemsOf(beside(WEB, { sequence: "7000" }))).toEqual([
      "services.ssh.sequence: has 1 knock; give 2 to 16, or leave the service unguarded",
    ]);
  });

  it("rejects its ports where another service guards them", () => {
    expect(problemsOf(beside({ ...WEB, ports: ["22"] }))).toEqual([
      "services.web.ports: has a port that ssh guards too; give each port to one service",
    ]);
  });
});

describe("a sequence that unbans", () => {
  const [{ opening } = {}] = parsePolicy(beside(WEB, { unban: true }, { baseline: {} })).services;

  it("does so under a baseline", () => {
    expect(opening).toMatchObject({ unbans: true });
    expect(problemsOf(beside(WEB, { unban: false }))).toEqual([]);
  });

  it("rejects it without one: nobody is on a blacklist", () => {
    expect(problemsOf(beside(WEB, { unban: true }))).toEqual([
      "services.ssh.unban: needs a blacklist, and only a baseline has one; add baseline, or leave unban out",
    ]);
  });

  it("is no problem beside a baseline that is refused for another reason", () => {
    expect(problemsOf(beside(WEB, { unban: true }, { baseline: "on" }))).toEqual([
      "baseline: is missing or of another type; give an object",
    ]);
  });
});

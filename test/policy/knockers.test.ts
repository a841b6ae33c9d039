import { describe, expect, it } from "vitest";
import { printProblem } from "../../components/policy/policyError";
import { deployerProblems, deployerWarnings } from "../../components/policy/rules/lockOut";
import { parsePolicy, partProblems, tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";

const SEQUENCE = "7000,8123/udp,9001";
const ssh = { ports: ["22"] };
const web = { ports: ["443"], sequence: "4001,5701,6107" };
const alice = { services: ["ssh"], sequence: SEQUENCE };

describe("a knocker", () => {
  it("gets every default, and opens a service that has no sequence of its own", () => {
    const { services, knockers } = parsePolicy({ services: { ssh, web }, knockers: { alice } });
    expect(knockers).toEqual([
      {
        name: "alice",
        services: ["ssh"],
        opening: {
          kind: "own",
          sequence: [
            { protocol: "tcp", port: 7000 },
            { protocol: "udp", port: 8123 },
            { protocol: "tcp", port: 9001 },
          ],
          knockTimeoutSeconds: 5,
          closeSequence: [],
          unbans: false,
        },
        until: 0,
      },
    ]);
    expect(services.map(({ name, opening }) => [name, opening.kind])).toEqual([
      ["ssh", "knockers"],
      ["web", "own"],
    ]);
  });

  it("is the same in whatever order knockers and their services are written", () => {
    const bob = { services: ["web", "ssh", "web"], sequence: "7300,8400,9511" };
    const turned = { ...bob, services: ["ssh", "web"] };
    expect(parsePolicy({ services: { ssh, web }, knockers: { alice, bob } })).toEqual(
      parsePolicy({ services: { web, ssh }, knockers: { bob: turned, alice } }),
    );
  });

  it("that is wrong is named by all that is wrong with it at once, and no sequence is shown", () => {
    const written = {
      services: {
        ssh,
        web,
        mail: { ports: ["25"], sequenceOf: "ssh" },
        git: { ports: ["9418"], knockTimeout: "7s" },
      },
      knockers: {
        web: { services: ["ssh"], sequence: "7301,8401,9512" },
        alice: { services: ["ssh", "nowhere"], sequence: SEQUENCE, unban: true },
        bob: { services: [], sequence: SEQUENCE, until: "2027-01-31" },
        carol: { services: ["git"] },
        dave: { services: ["ssh"], sequence: "7300", secret: "c0ffee" },
        erin: { services: ["ssh"], sequence: web.sequence },
      },
    };
    expect(problemsOf(written)).toEqual([
      "knockers.alice.services: names a service that is not there; known are git, mail, ssh, web",
      "knockers.alice.unban: needs a blacklist, and only a baseline has one; add baseline, or leave unban out",
      "knockers.bob.services: names no service; name at least one, or take the knocker out",
      'knockers.bob.until: is no moment in time; write date, time and time zone, like "2027-01-31T18:00:00Z" or "2027-01-31T18:00:00+01:00"',
      "knockers.carol.sequence: is missing, and so is token; give one of the two",
      "knockers.dave: has an unknown field, secret; known are services, sequence, knockTimeout, closeSequence, unban, until, token",
      "knockers.dave.sequence: has 1 knock; give 2 to 16, or take the knocker out",
      "knockers.erin.sequence: equals the sequence of web; choose another",
      "knockers.web: has the name of a service; give the knocker another name",
      "services.git.knockTimeout: belongs to a sequence, and the service has none of its own; write it at its knockers",
      "services.mail.sequenceOf: names a service without a sequence of its own; name the service whose sequence it is",
    ]);
  });

  it("has no end where a service of his keeps flows, which would go on", () => {
    const vpn = { ports: ["51820/udp"], flowTimeout: "1h" };
    const bob = { services: ["ssh", "vpn"], sequence: "7300,8400,9511", until: "2027-01-31T18:00:00Z" };
    expect(problemsOf({ services: { ssh, vpn }, knockers: { bob } })).toEqual([
      "knockers.bob.until: cannot end the flows of a service that has a flowTimeout: they would go on; leave until out, or take that service or its flowTimeout out",
    ]);
    expect(problemsOf({ services: { ssh, vpn }, knockers: { bob: { ...bob, until: undefined } } })).toEqual(
      [],
    );
  });

  it("leaves a service its own sequence that is not known yet", () => {
    const written = {
      services: { ssh: { ...ssh, knockTimeout: "7s", closeSequence: "4201,5702" } },
      knockers: { alice },
    };
    expect(partProblems(written, [], ["services.ssh.sequence"])).toEqual([]);
    expect(
      partProblems(
        { services: { ssh, web: { ports: ["443"] } }, knockers: { alice: { services: ["ssh"] } } },
        [],
        ["knockers.alice.sequence"],
      ).map(({ path }) => path),
    ).toEqual(["services.web.sequence"]);
  });

  it("is needed where a service has no sequence", () => {
    expect(
      problemsOf({ services: { ssh, web }, knockers: { alice: { ...alice, services: ["web"] } } }),
    ).toEqual(["services.ssh.sequence: is missing or of another type; give a string"]);
  });

  it("of whom it is not known yet what he opens lets no service seem to lack a sequence", () => {
    const written = { services: { ssh, web }, knockers: { alice: { sequence: SEQUENCE } } };
    expect(partProblems(written, [], ["knockers.alice.services"])).toEqual([]);
    expect(partProblems(written, [], []).map(({ path }) => path)).toEqual([
      "knockers.alice.services",
      "services.ssh.sequence",
    ]);
  });

  it.each([
    ["a week and a second before his end", -7 * 86_400 - 1, []],
    [
      "a week before it",
      -7 * 86_400 + 1,
      ["comes within a week (2027-01-31T18:00:00Z): then bob gets in nowhere any more"],
    ],
    ["at it", 0, ["has passed (2027-01-31T18:00:00Z): bob gets in nowhere"]],
    ["after it", 1, ["has passed (2027-01-31T18:00:00Z): bob gets in nowhere"]],
  ])("is warned of %s", (_, seconds, expected) => {
    const bob = { ...alice, until: "2027-01-31T19:00:00+01:00" };
    const result = tryParsePolicy({ services: { ssh }, knockers: { bob } }, { now: 1_801_418_400 + seconds });
    const ofEnd =
      result.kind === "value" ? result.warnings.filter(({ path }) => path === "knockers.bob.until") : [];
    expect(ofEnd.map((warning) => printProblem(warning).split(/: |; /).slice(1, -1).join(": "))).toEqual(
      expected,
    );
  });
});

describe("a deployer who knocks", () => {
  const NOW = 1_801_418_400;
  const deployer = { address: "192.0.2.7", port: 22, admissions: [] };
  const reaches = { "web-1": { connection: { host: "web-1.example.com" } } };
  const policy = (fields: object, ofSsh: object = {}) => ({
    services: { ssh: { ...ssh, ...ofSsh }, web },
    knockers: { ci: alice },
    deployer: "ci",
    hosts: reaches,
    ...fields,
  });
  const why = "hosts.web-1.connection: ssh guards the port through which Pulumi connects, and";

  it("needs no allow", () => {
    expect(problemsOf(policy({}))).toEqual([]);
    expect(deployerProblems(parsePolicy(policy({})), "web-1", deployer, NOW)).toEqual([]);
    expect(deployerWarnings(parsePolicy(policy({})), deployer, NOW)).toEqual([]);
  });

  it.each([
    [
      policy({ deployer: "eve" }),
      [
        "deployer: names no knocker; known are ci",
        `${why} eve may not open ssh; add ssh to knockers.eve.services`,
      ],
    ],
    [
      policy({ deployer: "not a name" }),
      [
        "deployer: is not the name of a knocker; name one",
        `${why} nothing lets Pulumi in: allow is empty, and there is no proxy; add the deployer's address to allow, name a knocker as deployer, or connect through a proxy whose address is there`,
      ],
    ],
    [
      policy({
        knockers: {
          ci: { ...alice, services: ["web"] },
          bob: { services: ["ssh"], sequence: "7300,8400,9511" },
        },
      }),
      [`${why} ci may not open ssh; add ssh to knockers.ci.services`],
    ],
    [
      policy({}, { access: "once" }),
      [`${why} ssh admits once, and an update connects three times; set services.ssh.access to "window"`],
    ],
    [
      policy({}, { accessWindow: "9s" }),
      [`${why} the access window of ssh is too short to be kept open; give 10s or more`],
    ],
  ])("is refused where knocking would not let Pulumi in: %#", (written, expected) => {
    expect(problemsOf(written)).toEqual(expected);
  });

  it("is warned of, or refused, where by hand somebody's knock let him in who may not any more", () => {
    const by = (opener?: string) => ({
      ...deployer,
      admissions: [
        { service: "ssh", source: deployer.address, secondsLeft: 9, ...(opener !== undefined && { opener }) },
      ],
    });
    const without = parsePolicy(policy({ deployer: undefined, allow: ["192.0.2.9"], rollbackTimeout: "5s" }));
    expect(deployerProblems(without, "web-1", by("ci"), NOW)).toEqual([]);
    expect(deployerWarnings(without, by("ci"), NOW)).toHaveLength(1);
    expect(deployerProblems(without, "web-1", by("bob"), NOW)).toHaveLength(1);
    const ending = parsePolicy(
      policy({
        deployer: undefined,
        allow: ["192.0.2.9"],
        rollbackTimeout: "5s",
        knockers: { ci: { ...alice, until: "2027-01-31T18:00:04Z" } },
      }),
    );
    expect(deployerProblems(ending, "web-1", by("ci"), NOW)).toHaveLength(1);
  });

  it("is refused, by the host's own account, where his access ends before an update would be confirmed", () => {
    const ending = parsePolicy(policy({ knockers: { ci: { ...alice, until: "2027-01-31T18:00:59Z" } } }));
    expect(deployerProblems(ending, "web-1", deployer, NOW).map(printProblem)).toEqual([
      "hosts.web-1.connection: ssh, for the access of ci ends before an update would be confirmed, would lock Pulumi out, which this host sees coming from 192.0.2.7; give knockers.ci.until a later end",
    ]);
    const later = parsePolicy(policy({ knockers: { ci: { ...alice, until: "2027-01-31T18:01:00Z" } } }));
    expect(deployerProblems(later, "web-1", deployer, NOW)).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { FIELDS } from "../../components/outline/fields";
import { reviewOf, type Written } from "../support/reviewOf";

const SSH: Written = { ports: ["22"], sequence: "7000,8123/udp,9001" };
const DB: Written = { ports: ["5432"], sequence: "4001,5701,6100,8200" };
const MAIL: Written = { ports: ["25"], sequence: "6205,5003,4107" };

const policy = (fields: Written): Written => ({ services: { ssh: SSH }, ...fields });
const log = (fields: Written): Written => policy({ log: { refusals: true, ...fields } });
const baseline = (fields: Written, others: Written = {}): Written => policy({ ...others, baseline: fields });
const ssh = (fields: Written, others: Written = {}): Written => ({
  services: { ssh: { ...SSH, ...fields } },
  ...others,
});
/** Beside two services whose sequences it may share. */
const amongOthers = (fields: Written): Written => ({
  services: { ssh: { ports: ["22"], ...fields }, db: DB, mail: MAIL },
});

/** Alice may open ssh, which has no sequence of its own unless it is given one. */
const knocking = (alice: Written, ofSsh: Written = {}): Written => ({
  services: { ssh: { ports: ["22"], ...ofSsh }, db: DB, mail: MAIL },
  knockers: { alice: { services: ["ssh"], sequence: "7300,8400,9500", ...alice } },
});

/** The same with single packets. */
const withToken = (alice: Written): Written => ({
  services: { ssh: { ports: ["22"] }, db: DB, mail: MAIL },
  knockers: { alice: { services: ["ssh"], token: "c0".repeat(32), ...alice } },
});

/** Two hosts, the first of which may have a network. */
const withNetwork = (tokenNetwork?: string): Written => ({
  ...withToken({}),
  hosts: {
    "web-1": {
      connection: { host: "192.0.2.1", port: 2222 },
      ...(tokenNetwork !== undefined && { tokenNetwork }),
    },
    "web-2": { connection: { host: "192.0.2.2", port: 2222 } },
  },
});

/** What the hosts of a group have in common, or nothing, beside a host that is in none. */
const grouped = (web: Written | undefined, others: Written = {}): Written => ({
  services: { ssh: SSH, db: DB },
  allow: ["198.51.100.7"],
  ...others,
  hosts: { "db-1": host(1), "web-1": host(2), "web-2": host(3) },
  ...(web !== undefined && { groups: { web: { hosts: ["web-1", "web-2"], ...web } } }),
});

/** What one of two hosts has of its own. */
const ofHost = (own: Written, others: Written = {}): Written => ({
  services: { ssh: SSH, db: DB },
  allow: ["198.51.100.7"],
  ...others,
  hosts: { "db-1": host(1, own), "web-1": host(2) },
});

function host(number: number, own: Written = {}): Written {
  return { connection: { host: `192.0.2.${number}`, port: 2222 }, ...own };
}

/** Two policies, and every line of the review of the second one, and of the way back. */
type Row = readonly [before: Written, after: Written, there: readonly string[], back: readonly string[]];

/** A field that somebody adds does not compile until the lines of its change stand here. */
const ROWS: {
  readonly [Part in keyof typeof FIELDS]: {
    readonly [Field in keyof (typeof FIELDS)[Part]]: readonly Row[];
  };
} = {
  policy: {
    deployer: [
      [
        knocking({}),
        { ...knocking({}), deployer: "alice" },
        ["all services deployer, nothing → alice, changes: Pulumi knocks as alice where its way is guarded"],
        [
          "all services deployer, alice → nothing, changes: Pulumi does not knock: its address must be in allow where its way is guarded",
        ],
      ],
    ],
    allow: [
      [
        policy({}),
        policy({ allow: ["10.0.0.0/8"] }),
        [
          "all services allow, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: let in to every guarded port without knocking",
        ],
        ["all services allow, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: has to knock from now on"],
      ],
    ],
    openPorts: [
      [
        policy({}),
        policy({ openPorts: ["80"] }),
        ["all services openPorts, nothing → 80/tcp, changes: 80/tcp: a connection to it is no wrong knock"],
        ["all services openPorts, 80/tcp → nothing, changes: 80/tcp: a connection to it is a wrong knock"],
      ],
      [
        baseline({}),
        baseline({}, { openPorts: ["80"] }),
        [
          "all services openPorts, nothing → 80/tcp, opens up: 80/tcp was closed to everybody, now open to everybody",
        ],
        [
          "all services openPorts, 80/tcp → nothing, closes down: 80/tcp was open to everybody, now closed to everybody",
        ],
      ],
    ],
    guardedAnswer: [
      [
        policy({}),
        policy({ guardedAnswer: "drop" }),
        [
          "all services guardedAnswer, reject → drop, changes: guarded ports answer nothing: they look filtered",
        ],
        ["all services guardedAnswer, drop → reject, changes: guarded ports answer as closed ones do"],
      ],
    ],
    rollbackSeconds: [
      [
        policy({}),
        policy({ rollbackTimeout: "90s" }),
        ["all services rollbackTimeout, 1m → 90s, changes: hosts wait 90s for Pulumi before they roll back"],
        ["all services rollbackTimeout, 90s → 1m, changes: hosts wait 1m for Pulumi before they roll back"],
      ],
    ],
  },
  profile: {
    kind: [
      [
        policy({}),
        baseline({ traps: ["23"], unbanSequence: "9321,7200/udp" }),
        [
          "all services profile, guard → baseline, closes down: the table is the whole firewall: what is neither guarded nor open is closed",
          "baseline blacklistTime, nothing → 1h, changes: of the new baseline",
          "baseline forward, nothing → drop, changes: of the new baseline",
          "baseline ping.burst, nothing → 4, changes: of the new baseline",
          "baseline ping.from, nothing → everybody, changes: of the new baseline",
          "baseline ping.perSecond, nothing → 1, changes: of the new baseline",
          "baseline synsPerSecond, nothing → 60, changes: of the new baseline",
          "baseline traps, nothing → 23/tcp, changes: of the new baseline",
          "baseline unbanKnockTimeout, nothing → 5s, changes: of the new baseline",
          "baseline unbanKnocks, nothing → 2: tcp, udp, changes: of the new baseline",
        ],
        [
          "all services profile, baseline → guard, opens up: only guarded ports are closed; all others are as the host has them",
          "baseline blacklistTime, 1h → nothing, changes: gone with the baseline",
          "baseline forward, drop → nothing, changes: gone with the baseline",
          "baseline ping.burst, 4 → nothing, changes: gone with the baseline",
          "baseline ping.from, everybody → nothing, changes: gone with the baseline",
          "baseline ping.perSecond, 1 → nothing, changes: gone with the baseline",
          "baseline synsPerSecond, 60 → nothing, changes: gone with the baseline",
          "baseline traps, 23/tcp → nothing, changes: gone with the baseline",
          "baseline unbanKnockTimeout, 5s → nothing, changes: gone with the baseline",
          "baseline unbanKnocks, 2: tcp, udp → nothing, changes: gone with the baseline",
        ],
      ],
    ],
  },
  identity: {
    ipv4Prefix: [
      [
        policy({}),
        policy({ identity: { ipv4Prefix: 24 } }),
        [
          "all services identity.ipv4Prefix, 32 → 24, opens up: a knock admits the knocker's whole /24, and a wrong one from there resets it",
        ],
        [
          "all services identity.ipv4Prefix, 24 → 32, closes down: a knock admits the knocker's whole /32, and a wrong one from there resets it",
        ],
      ],
    ],
    ipv6Prefix: [
      [
        policy({}),
        policy({ identity: { ipv6Prefix: 64 } }),
        [
          "all services identity.ipv6Prefix, 128 → 64, opens up: a knock admits the knocker's whole /64, and a wrong one from there resets it",
        ],
        [
          "all services identity.ipv6Prefix, 64 → 128, closes down: a knock admits the knocker's whole /128, and a wrong one from there resets it",
        ],
      ],
    ],
  },
  log: {
    admissions: [
      [
        log({ admissions: false }),
        log({ admissions: true }),
        ["all services log.admissions, nothing → true, changes: what the kernel's log tells"],
        ["all services log.admissions, true → nothing, changes: what the kernel's log tells"],
      ],
    ],
    stages: [
      [
        log({}),
        log({ stages: true }),
        [
          "all services log.stages, nothing → true, changes: the kernel's log then holds the ports of the sequences: for debugging only",
        ],
        [
          "all services log.stages, true → nothing, changes: the kernel's log tells nothing of knocks any more",
        ],
      ],
    ],
    refusals: [
      [
        policy({ log: {} }),
        policy({ log: { refusals: true } }),
        ["all services log.refusals, nothing → true, changes: what the kernel's log tells"],
        ["all services log.refusals, true → nothing, changes: what the kernel's log tells"],
      ],
    ],
    linesPerMinute: [
      [
        log({}),
        log({ linesPerMinute: 10 }),
        ["all services log.linesPerMinute, 60 → 10, changes: what the kernel's log tells"],
        ["all services log.linesPerMinute, 10 → 60, changes: what the kernel's log tells"],
      ],
      [
        policy({}),
        policy({ log: {} }),
        [
          "all services log.admissions, nothing → true, changes: what the kernel's log tells",
          "all services log.linesPerMinute, nothing → 60, changes: what the kernel's log tells",
        ],
        [
          "all services log.admissions, true → nothing, changes: what the kernel's log tells",
          "all services log.linesPerMinute, 60 → nothing, changes: what the kernel's log tells",
        ],
      ],
    ],
  },
  baseline: {
    blacklistSeconds: [
      [
        baseline({}),
        baseline({ blacklistTime: "1m" }),
        ["baseline blacklistTime, 1h → 1m, opens up: attackers are held for 1m after their last packet"],
        ["baseline blacklistTime, 1m → 1h, closes down: attackers are held for 1h after their last packet"],
      ],
    ],
    synsPerSecond: [
      [
        baseline({}),
        baseline({ synsPerSecond: 100 }),
        ["baseline synsPerSecond, 60 → 100, opens up: 100 SYNs a second from one source are no attack"],
        ["baseline synsPerSecond, 100 → 60, closes down: 60 SYNs a second from one source are no attack"],
      ],
    ],
    traps: [
      [
        baseline({}),
        baseline({ traps: ["23"] }),
        ["baseline traps, nothing → 23/tcp, closes down: 23/tcp: blacklists whoever touches it"],
        ["baseline traps, 23/tcp → nothing, opens up: 23/tcp: blacklists nobody any more"],
      ],
    ],
    exceptNetworks: [
      [
        baseline({}),
        baseline({ exceptNetworks: ["10.0.0.0/8"] }),
        ["baseline exceptNetworks, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: may reach the host"],
        ["baseline exceptNetworks, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: is dropped as a martian"],
      ],
    ],
    openPortsFrom: [
      [
        baseline({}),
        baseline({ openPortsFrom: [{ ports: ["5432"], from: ["8.8.8.8"] }] }),
        [
          "baseline openPortsFrom, nothing → 5432/tcp from 8.8.8.8/32, opens up: 5432/tcp was closed to everybody, now open to 8.8.8.8/32",
        ],
        [
          "baseline openPortsFrom, 5432/tcp from 8.8.8.8/32 → nothing, closes down: 5432/tcp was open to 8.8.8.8/32, now closed to everybody",
        ],
      ],
    ],
    forward: [
      [
        baseline({}),
        baseline({ forward: "accept" }),
        ["baseline forward, drop → accept, opens up: the host forwards whatever it routes"],
        ["baseline forward, accept → drop, closes down: new forwarded packets: dropped"],
      ],
      [
        baseline({}),
        baseline({ forward: "reject" }),
        ["baseline forward, drop → reject, changes: new forwarded packets: rejected"],
        ["baseline forward, reject → drop, changes: new forwarded packets: dropped"],
      ],
    ],
    unbanSequence: [
      [
        baseline({}),
        baseline({ unbanSequence: "9321,7200/udp" }),
        [
          "baseline unbanKnockTimeout, nothing → 5s, changes: 5s from knock to knock of the unban sequence",
          "baseline unbanKnocks, nothing → 2: tcp, udp, opens up: a sequence leads off the blacklist",
        ],
        [
          "baseline unbanKnockTimeout, 5s → nothing, changes: nothing from knock to knock of the unban sequence",
          "baseline unbanKnocks, 2: tcp, udp → nothing, closes down: no sequence leads off the blacklist",
        ],
      ],
      [
        baseline({ unbanSequence: "9321,7200" }),
        baseline({ unbanSequence: "9321,7200,8200" }),
        [
          "baseline unbanKnocks, 2: tcp, tcp → 3: tcp, tcp, tcp, closes down: 3 knocks instead of 2: harder to find; tell the people who knock",
        ],
        [
          "baseline unbanKnocks, 3: tcp, tcp, tcp → 2: tcp, tcp, opens up: 2 knocks instead of 3: easier to find; tell the people who knock",
        ],
      ],
    ],
    unbanKnockTimeoutSeconds: [
      [
        baseline({ unbanSequence: "9321,7200" }),
        baseline({ unbanSequence: "9321,7200", unbanKnockTimeout: "9s" }),
        ["baseline unbanKnockTimeout, 5s → 9s, opens up: 9s from knock to knock of the unban sequence"],
        ["baseline unbanKnockTimeout, 9s → 5s, closes down: 5s from knock to knock of the unban sequence"],
      ],
    ],
  },
  ping: {
    perSecond: [
      [
        baseline({}),
        baseline({ ping: { perSecond: 5 } }),
        ["baseline ping.perSecond, 1 → 5, opens up: echo requests that are answered"],
        ["baseline ping.perSecond, 5 → 1, closes down: echo requests that are answered"],
      ],
    ],
    burst: [
      [
        baseline({}),
        baseline({ ping: { burst: 10 } }),
        ["baseline ping.burst, 4 → 10, opens up: echo requests that are answered"],
        ["baseline ping.burst, 10 → 4, closes down: echo requests that are answered"],
      ],
    ],
    from: [
      [
        baseline({}),
        baseline({ ping: { from: ["10.0.0.0/8"] } }),
        ["baseline ping.from, everybody → 10.0.0.0/8, closes down: only 10.0.0.0/8 may ping from now on"],
        ["baseline ping.from, 10.0.0.0/8 → everybody, opens up: everybody may ping"],
      ],
      [
        baseline({ ping: { from: ["10.0.0.0/8"] } }),
        baseline({ ping: { from: ["9.0.0.0/8", "10.0.0.0/8"] } }),
        ["baseline ping.from, nothing → 9.0.0.0/8, opens up: 9.0.0.0/8: may ping"],
        ["baseline ping.from, 9.0.0.0/8 → nothing, closes down: 9.0.0.0/8: may not ping any more"],
      ],
    ],
  },
  service: {
    ports: [
      [
        ssh({}),
        ssh({ ports: ["22", "2200"] }),
        [
          "ssh ports, nothing → 2200/tcp, closes down: 2200/tcp was left as the host has it, now open to who knocked for ssh",
        ],
        [
          "ssh ports, 2200/tcp → nothing, opens up: 2200/tcp was open to who knocked for ssh, now left as the host has it",
        ],
      ],
    ],
    access: [
      [
        ssh({}),
        ssh({ access: "once" }),
        ["ssh access, window → once, closes down: one sequence opens one connection"],
        [
          "ssh access, once → window, opens up: one sequence opens as many connections as start in the window",
        ],
      ],
    ],
    accessWindowSeconds: [
      [
        ssh({}),
        ssh({ accessWindow: "1h" }),
        ["ssh accessWindow, 10s → 1h, opens up: new connections may start for 1h after the last knock"],
        ["ssh accessWindow, 1h → 10s, closes down: new connections may start for 10s after the last knock"],
      ],
    ],
    flowTimeoutSeconds: [
      [
        ssh({}),
        ssh({ flowTimeout: "1h" }),
        ["ssh flowTimeout, nothing → 1h, opens up: a UDP flow goes on after a silence of 1h"],
        ["ssh flowTimeout, 1h → nothing, closes down: a UDP flow goes on while connection tracking knows it"],
      ],
      [
        ssh({ flowTimeout: "1h" }),
        ssh({ flowTimeout: "2h" }),
        ["ssh flowTimeout, 1h → 2h, opens up: a UDP flow goes on after a silence of 2h"],
        ["ssh flowTimeout, 2h → 1h, closes down: a UDP flow goes on after a silence of 1h"],
      ],
    ],
  },
  own: {
    sequence: [
      [
        ssh({}),
        ssh({ sequence: "7000,8123/udp" }),
        [
          "ssh knocks, 3: tcp, udp, tcp → 2: tcp, udp, opens up: 2 knocks instead of 3: easier to find; tell the people who knock",
        ],
        [
          "ssh knocks, 2: tcp, udp → 3: tcp, udp, tcp, closes down: 3 knocks instead of 2: harder to find; tell the people who knock",
        ],
      ],
      [
        ssh({}),
        ssh({ sequence: "7000,8123,9001" }),
        [
          "ssh knocks, 3: tcp, udp, tcp → 3: tcp, tcp, tcp, changes: another sequence: tell the people who knock",
        ],
        [
          "ssh knocks, 3: tcp, tcp, tcp → 3: tcp, udp, tcp, changes: another sequence: tell the people who knock",
        ],
      ],
    ],
    knockTimeoutSeconds: [
      [
        ssh({}),
        ssh({ knockTimeout: "20s" }),
        ["ssh knockTimeout, 5s → 20s, opens up: 20s at most from knock to knock"],
        ["ssh knockTimeout, 20s → 5s, closes down: 5s at most from knock to knock"],
      ],
    ],
    closeSequence: [
      [
        ssh({}),
        ssh({ closeSequence: "9321,7200/udp" }),
        ["ssh closeKnocks, nothing → 2: tcp, udp, changes: knockers can end their access themselves"],
        ["ssh closeKnocks, 2: tcp, udp → nothing, changes: knockers cannot end their access"],
      ],
      [
        ssh({ closeSequence: "9321,7200/udp" }),
        ssh({ closeSequence: "9321,7200" }),
        [
          "ssh closeKnocks, 2: tcp, udp → 2: tcp, tcp, changes: another close sequence: tell the people who use it",
        ],
        [
          "ssh closeKnocks, 2: tcp, tcp → 2: tcp, udp, changes: another close sequence: tell the people who use it",
        ],
      ],
      [
        ssh({ closeSequence: "9321,7200" }),
        ssh({ closeSequence: "9321,7200,8200" }),
        [
          "ssh closeKnocks, 2: tcp, tcp → 3: tcp, tcp, tcp, changes: a close sequence of 3 knocks instead of 2: tell the people who use it",
        ],
        [
          "ssh closeKnocks, 3: tcp, tcp, tcp → 2: tcp, tcp, changes: a close sequence of 2 knocks instead of 3: tell the people who use it",
        ],
      ],
    ],
    unbans: [
      [
        ssh({}, { baseline: {} }),
        ssh({ unban: true }, { baseline: {} }),
        ["ssh unban, nothing → true, opens up: who opens it leaves the blacklist"],
        ["ssh unban, true → nothing, closes down: who opens it stays on the blacklist"],
      ],
    ],
  },
  shared: {
    sequenceOf: [
      [
        amongOthers(SSH),
        amongOthers({ sequenceOf: "db" }),
        [
          "ssh knockTimeout, 5s → nothing, changes: the other service's applies",
          "ssh knocks, 3: tcp, udp, tcp → nothing, changes: ssh has no sequence of its own any more",
          "ssh sequenceOf, nothing → db, opens up: the sequence of db opens ssh too; nothing else does; whoever knows the sequence of db gets in; 4 knocks instead of 3",
        ],
        [
          "ssh knockTimeout, nothing → 5s, changes: 5s at most from knock to knock",
          "ssh knocks, nothing → 3: tcp, udp, tcp, changes: 3 knocks of its own",
          "ssh sequenceOf, db → nothing, opens up: ssh has a sequence of its own; 3 knocks instead of 4",
        ],
      ],
      [
        amongOthers({ sequenceOf: "db" }),
        amongOthers({ sequenceOf: "mail" }),
        [
          "ssh sequenceOf, db → mail, opens up: the sequence of mail opens ssh too; nothing else does; whoever knows the sequence of mail gets in; 3 knocks instead of 4",
        ],
        [
          "ssh sequenceOf, mail → db, opens up: the sequence of db opens ssh too; nothing else does; whoever knows the sequence of db gets in; 4 knocks instead of 3",
        ],
      ],
      [
        knocking({ services: ["ssh"] }, { sequenceOf: "db" }),
        knocking({ services: ["ssh"] }, {}),
        [
          "ssh sequenceOf, db → nothing, closes down: ssh opens to its knockers alone; no sequence but those of its knockers opens it",
        ],
        [
          "ssh sequenceOf, nothing → db, opens up: the sequence of db opens ssh too; nothing else does; whoever knows the sequence of db gets in",
        ],
      ],
    ],
  },
  // What tokens and sequences have in common stands among the fields of a sequence of its own.
  token: {
    knockTimeoutSeconds: [
      [
        withToken({}),
        withToken({ knockTimeout: "9s" }),
        ["knocker alice knockTimeout, 5s → 9s, opens up: 9s at most from knock to knock"],
        ["knocker alice knockTimeout, 9s → 5s, closes down: 5s at most from knock to knock"],
      ],
    ],
    closeSequence: [
      [
        withToken({}),
        withToken({ closeSequence: "9311,7200/udp" }),
        [
          "knocker alice closeKnocks, nothing → 2: tcp, udp, changes: knockers can end their access themselves",
        ],
        ["knocker alice closeKnocks, 2: tcp, udp → nothing, changes: knockers cannot end their access"],
      ],
    ],
    unbans: [
      [
        { ...withToken({}), baseline: {} },
        { ...withToken({ unban: true }), baseline: {} },
        ["knocker alice unban, nothing → true, opens up: who opens it leaves the blacklist"],
        ["knocker alice unban, true → nothing, closes down: who opens it stays on the blacklist"],
      ],
    ],
  },
  rollout: {
    canaries: [
      [
        grouped({}),
        grouped({}, { rollout: { canaries: ["web-1"] } }),
        [
          "all services rollout.canaries, nothing → web-1, changes: an update touches web-1 first, and no other host where one of these is not confirmed",
        ],
        ["all services rollout.canaries, web-1 → nothing, changes: no host is tried before the others"],
      ],
    ],
    batch: [
      [
        grouped({}),
        grouped({}, { rollout: { batch: 10 } }),
        [
          "all services rollout.batch, nothing → 10, changes: an update touches 10 hosts at a time, and the next when these are confirmed",
        ],
        ["all services rollout.batch, 10 → nothing, changes: an update touches all hosts in one go"],
      ],
      [
        grouped({}, { rollout: { batch: 2 } }),
        grouped({}, { rollout: { batch: 10 } }),
        [
          "all services rollout.batch, 2 → 10, changes: an update touches 10 hosts at a time, and the next when these are confirmed",
        ],
        [
          "all services rollout.batch, 10 → 2, changes: an update touches 2 hosts at a time, and the next when these are confirmed",
        ],
      ],
    ],
  },
  members: {
    hosts: [
      [
        grouped({ allow: ["10.0.0.0/8"] }),
        grouped({ allow: ["10.0.0.0/8"], hosts: ["web-1", "db-1"] }),
        [
          "group web hosts, web-2 → db-1, opens up: db-1: 10.0.0.0/8: let in to every guarded port without knocking; web-2: 10.0.0.0/8: has to knock from now on",
        ],
        [
          "group web hosts, db-1 → web-2, opens up: db-1: 10.0.0.0/8: has to knock from now on; web-2: 10.0.0.0/8: let in to every guarded port without knocking",
        ],
      ],
      [
        grouped({}),
        grouped({ hosts: ["web-1"] }),
        ["group web hosts, web-2 → nothing, changes: has the same rules as before"],
        ["group web hosts, nothing → web-2, changes: has the same rules as before"],
      ],
      [
        grouped(undefined),
        grouped({ services: ["db"] }),
        [
          "group web hosts, nothing → web-1, web-2, changes: new: 2 hosts with this in common",
          "group web services, nothing → db, opens up: 22/tcp was open to who knocked for ssh, now left as the host has it",
        ],
        [
          "group web hosts, web-1, web-2 → nothing, changes: gone: 2 hosts with this in common",
          "group web services, db → nothing, closes down: 22/tcp was left as the host has it, now open to who knocked for ssh",
        ],
      ],
    ],
  },
  difference: {
    services: [
      [
        grouped({}),
        grouped({ services: ["db"] }),
        [
          "group web services, nothing → db, opens up: 22/tcp was open to who knocked for ssh, now left as the host has it",
        ],
        [
          "group web services, db → nothing, closes down: 22/tcp was left as the host has it, now open to who knocked for ssh",
        ],
      ],
      [
        grouped({}, { baseline: {}, openPorts: ["2222"] }),
        grouped({ services: ["db"] }, { baseline: {}, openPorts: ["2222"] }),
        [
          "group web services, nothing → db, closes down: 22/tcp was open to who knocked for ssh, now closed to everybody",
        ],
        [
          "group web services, db → nothing, opens up: 22/tcp was closed to everybody, now open to who knocked for ssh",
        ],
      ],
    ],
    allow: [
      [
        grouped({}),
        grouped({ allow: ["10.0.0.0/8"] }),
        [
          "group web allow, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: let in to every guarded port without knocking",
        ],
        ["group web allow, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: has to knock from now on"],
      ],
      [
        grouped({}, { allow: ["10.0.0.0/8"] }),
        grouped({ allow: ["10.0.0.0/8"] }, { allow: ["192.0.2.9"] }),
        [
          "group web allow, nothing → 10.0.0.0/8, changes: lets in the same sources as before",
          "all services allow, 10.0.0.0/8 → 192.0.2.9/32, opens up: db-1: 192.0.2.9/32: let in to every guarded port without knocking; 10.0.0.0/8: has to knock from now on; web-1, web-2: 192.0.2.9/32: let in to every guarded port without knocking",
        ],
        [
          "group web allow, 10.0.0.0/8 → nothing, changes: lets in the same sources as before",
          "all services allow, 192.0.2.9/32 → 10.0.0.0/8, opens up: db-1: 10.0.0.0/8: let in to every guarded port without knocking; 192.0.2.9/32: has to knock from now on; web-1, web-2: 192.0.2.9/32: has to knock from now on",
        ],
      ],
    ],
    openPorts: [
      [
        grouped({}),
        grouped({ openPorts: ["80"] }),
        ["group web openPorts, nothing → 80/tcp, changes: 80/tcp: a connection to it is no wrong knock"],
        ["group web openPorts, 80/tcp → nothing, changes: 80/tcp: a connection to it is a wrong knock"],
      ],
      [
        grouped({}, { baseline: {}, openPorts: ["2222"] }),
        grouped({ openPorts: ["80"] }, { baseline: {}, openPorts: ["2222"] }),
        [
          "group web openPorts, nothing → 80/tcp, opens up: 80/tcp was closed to everybody, now open to everybody",
        ],
        [
          "group web openPorts, 80/tcp → nothing, closes down: 80/tcp was open to everybody, now closed to everybody",
        ],
      ],
      [
        grouped({}, { baseline: {}, openPorts: ["80", "2222"] }),
        grouped({ openPorts: ["80"] }, { baseline: {}, openPorts: ["2222"] }),
        [
          "group web openPorts, nothing → 80/tcp, changes: the ports are as before",
          "all services openPorts, 80/tcp → nothing, closes down: db-1: 80/tcp was open to everybody, now closed to everybody",
        ],
        [
          "group web openPorts, 80/tcp → nothing, changes: the ports are as before",
          "all services openPorts, nothing → 80/tcp, opens up: db-1: 80/tcp was closed to everybody, now open to everybody",
        ],
      ],
    ],
    exceptNetworks: [
      [
        grouped({}, { baseline: {}, openPorts: ["2222"] }),
        grouped({ exceptNetworks: ["10.0.0.0/8"] }, { baseline: {}, openPorts: ["2222"] }),
        ["group web exceptNetworks, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: may reach the host"],
        ["group web exceptNetworks, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: is dropped as a martian"],
      ],
    ],
    openPortsFrom: [
      [
        grouped({}, { baseline: {}, openPorts: ["2222"] }),
        grouped(
          { openPortsFrom: [{ ports: ["9100"], from: ["203.0.113.0/24"] }] },
          { baseline: {}, openPorts: ["2222"] },
        ),
        [
          "group web openPortsFrom, nothing → 9100/tcp from 203.0.113.0/24, opens up: 9100/tcp was closed to everybody, now open to 203.0.113.0/24",
        ],
        [
          "group web openPortsFrom, 9100/tcp from 203.0.113.0/24 → nothing, closes down: 9100/tcp was open to 203.0.113.0/24, now closed to everybody",
        ],
      ],
    ],
  },
  host: {
    services: [
      [
        ofHost({}),
        ofHost({ services: ["db"] }),
        [
          "host db-1 services, nothing → db, opens up: 22/tcp was open to who knocked for ssh, now left as the host has it",
        ],
        [
          "host db-1 services, db → nothing, closes down: 22/tcp was left as the host has it, now open to who knocked for ssh",
        ],
      ],
    ],
    allow: [
      [
        ofHost({}),
        ofHost({ allow: ["10.0.0.0/8"] }),
        [
          "host db-1 allow, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: let in to every guarded port without knocking",
        ],
        ["host db-1 allow, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: has to knock from now on"],
      ],
    ],
    openPorts: [
      [
        ofHost({}),
        ofHost({ openPorts: ["80"] }),
        ["host db-1 openPorts, nothing → 80/tcp, changes: 80/tcp: a connection to it is no wrong knock"],
        ["host db-1 openPorts, 80/tcp → nothing, changes: 80/tcp: a connection to it is a wrong knock"],
      ],
    ],
    exceptNetworks: [
      [
        ofHost({}, { baseline: {}, openPorts: ["2222"] }),
        ofHost({ exceptNetworks: ["10.0.0.0/8"] }, { baseline: {}, openPorts: ["2222"] }),
        ["host db-1 exceptNetworks, nothing → 10.0.0.0/8, opens up: 10.0.0.0/8: may reach the host"],
        ["host db-1 exceptNetworks, 10.0.0.0/8 → nothing, closes down: 10.0.0.0/8: is dropped as a martian"],
      ],
    ],
    openPortsFrom: [
      [
        ofHost({}, { baseline: {}, openPorts: ["2222"] }),
        ofHost(
          { openPortsFrom: [{ ports: ["9100"], from: ["203.0.113.0/24"] }] },
          { baseline: {}, openPorts: ["2222"] },
        ),
        [
          "host db-1 openPortsFrom, nothing → 9100/tcp from 203.0.113.0/24, opens up: 9100/tcp was closed to everybody, now open to 203.0.113.0/24",
        ],
        [
          "host db-1 openPortsFrom, 9100/tcp from 203.0.113.0/24 → nothing, closes down: 9100/tcp was open to 203.0.113.0/24, now closed to everybody",
        ],
      ],
    ],
    tokenNetworks: [
      [
        withNetwork(),
        withNetwork("2001:db8:1:2::/64"),
        [
          "host web-1 tokenNetwork, nothing → 2001:db8:1:2::/64, opens up: an address of 2001:db8:1:2::/64 opens, once, what the token of a knocker does",
        ],
        [
          "host web-1 tokenNetwork, 2001:db8:1:2::/64 → nothing, closes down: no address of 2001:db8:1:2::/64 opens anything any more",
        ],
      ],
      [
        withNetwork("2001:db8:1:2::/64"),
        withNetwork("2001:db8:1:3::/64"),
        [
          "host web-1 tokenNetwork, 2001:db8:1:2::/64 → 2001:db8:1:3::/64, opens up: an address of 2001:db8:1:3::/64 opens, once, what the token of a knocker does; no address of 2001:db8:1:2::/64 opens anything any more",
        ],
        [
          "host web-1 tokenNetwork, 2001:db8:1:3::/64 → 2001:db8:1:2::/64, opens up: an address of 2001:db8:1:2::/64 opens, once, what the token of a knocker does; no address of 2001:db8:1:3::/64 opens anything any more",
        ],
      ],
    ],
  },
  knockerOpening: {
    kind: [
      [
        knocking({}),
        withToken({}),
        [
          "knocker alice token, nothing → true, closes down: single packets that work once open for alice, and no sequence any more; the windows that alice opened close: nobody else's; tell alice",
        ],
        [
          "knocker alice token, true → nothing, opens up: a sequence opens for alice, and no single packets any more: whoever overhears it knows it; the windows that alice opened close: nobody else's; tell alice",
        ],
      ],
    ],
  },
  knocker: {
    services: [
      [
        knocking({ services: ["ssh"] }),
        knocking({ services: ["ssh", "mail"] }),
        ["knocker alice services, nothing → mail, opens up: alice may open mail too"],
        [
          "knocker alice services, mail → nothing, closes down: alice may not open mail any more, and the windows of it that alice opened close: nobody else's",
        ],
      ],
      [
        knocking({}, { sequenceOf: "db" }),
        knocking({ services: ["mail"] }, { sequenceOf: "db" }),
        [
          "knocker alice services, ssh → mail, opens up: alice may open mail too; alice may not open ssh any more, and the windows of it that alice opened close: nobody else's",
        ],
        [
          "knocker alice services, mail → ssh, opens up: alice may open ssh too; alice may not open mail any more, and the windows of it that alice opened close: nobody else's",
        ],
      ],
    ],
    until: [
      [
        knocking({}),
        knocking({ until: "2027-01-31T18:00:00Z" }),
        [
          "knocker alice until, nothing → 2027-01-31T18:00:00Z, closes down: the access of alice ends then, and so do the windows that alice opened",
        ],
        ["knocker alice until, 2027-01-31T18:00:00Z → nothing, opens up: the access of alice does not end"],
      ],
      [
        knocking({ until: "2027-01-31T18:00:00Z" }),
        knocking({ until: "2027-02-28T19:00:00+01:00" }),
        [
          "knocker alice until, 2027-01-31T18:00:00Z → 2027-02-28T18:00:00Z, opens up: the access of alice ends then, and so do the windows that alice opened",
        ],
        [
          "knocker alice until, 2027-02-28T18:00:00Z → 2027-01-31T18:00:00Z, closes down: the access of alice ends then, and so do the windows that alice opened",
        ],
      ],
    ],
  },
};

const all = Object.entries(ROWS).flatMap(([part, fields]) =>
  Object.entries<readonly Row[]>(fields).map(([field, rows]) => ({ part, field, rows })),
);

describe("what a review says of a change, and of the way back", () => {
  it.each(all)("of $part.$field", ({ rows }) => {
    expect(rows.map(([before, after]) => [linesOf(before, after), linesOf(after, before)])).toEqual(
      rows.map(([, , there, back]) => [there, back]),
    );
  });
});

function linesOf(before: Written, after: Written): readonly string[] {
  return reviewOf(before, after).changes.map(
    (change) =>
      `${change.subject} ${change.what}, ${change.before || "nothing"} → ${change.after || "nothing"}, ${change.direction}: ${change.meaning}`,
  );
}

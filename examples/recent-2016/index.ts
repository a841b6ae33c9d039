import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall } from "pulumi-portknock";

const config = new pulumi.Config();

const firewall = new PortKnockFirewall("recent", {
  hosts: {
    server: {
      connection: {
        host: config.require("host"),
        hostKey: config.require("hostKey"),
        privateKey: config.requireSecret("privateKey"),
      },
    },
  },
  services: {
    ssh: {
      ports: ["22"],
      sequence: config.requireSecret("sshSequence"),
      knockTimeout: "10s",
      accessWindow: "1h",
      unban: true, // the way out for an administrator who stepped into a trap
    },
  },
  allow: config.requireObject<string[]>("allow"), // the machine that runs `pulumi up`
  openPorts: ["80", "443"],
  guardedAnswer: "drop",
  baseline: {
    ping: { perSecond: 1, burst: 4 },
    blacklistTime: "1h",
    synsPerSecond: 60,
    traps: ["21", "23", "25", "139", "3389"],
    exceptNetworks: config.getObject<string[]>("exceptNetworks") ?? [], // a private network that the host is on
    forward: "drop",
  },
});

export const knocks = firewall.knocks;

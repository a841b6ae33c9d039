import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall } from "pulumi-portknock";

const config = new pulumi.Config();
const lan = ["192.168.0.0/16"];

const firewall = new PortKnockFirewall("knockd", {
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
    openSSH: {
      ports: ["22"],
      sequence: config.requireSecret("sshSequence"),
      knockTimeout: "5s",
      accessWindow: "1d", // the original shut it every night
    },
  },
  allow: lan, // SSH without knocking; `pulumi up` runs there too
  guardedAnswer: "reject",
  baseline: {
    ping: { from: lan, perSecond: 1000, burst: 1000 },
    exceptNetworks: [...lan, ...(config.getObject<string[]>("exceptNetworks") ?? [])],
    forward: "reject",
  },
  log: { stages: true }, // as knockd did; the lines show the ports of the sequence
});

export const knocks = firewall.knocks;

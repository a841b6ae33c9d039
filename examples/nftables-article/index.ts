import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall } from "pulumi-portknock";

const config = new pulumi.Config();

const firewall = new PortKnockFirewall("article", {
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
      knockTimeout: "5s",
      accessWindow: "10s",
    },
  },
  allow: config.requireObject<string[]>("allow"), // the machine that runs `pulumi up`
  guardedAnswer: "drop",
  baseline: {
    exceptNetworks: config.getObject<string[]>("exceptNetworks") ?? [], // a private network that the host is on
    forward: "accept",
  },
});

export const knocks = firewall.knocks;

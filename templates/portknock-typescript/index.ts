import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall } from "pulumi-portknock";

const config = new pulumi.Config();

const edge = new PortKnockFirewall("edge", {
  hosts: {
    "web-1": {
      connection: {
        host: config.require("host"),
        hostKey: config.require("hostKey"),
        privateKey: config.requireSecret("privateKey"),
      },
    },
  },
  services: {
    ssh: { ports: ["22"], sequence: config.requireSecret("sshSequence") },
  },
  allow: [config.require("allow")], // the machine that runs `pulumi up`: it never knocks
});

/** Host → service → the sequence that a client knocks. Secret. */
export const knocks = edge.knocks;

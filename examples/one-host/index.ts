import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall } from "pulumi-portknock";

const config = new pulumi.Config();

new PortKnockFirewall("edge", {
  hosts: {
    "web-1": {
      connection: {
        host: "203.0.113.10",
        privateKey: config.requireSecret("privateKey"),
        hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBvJ7Y9JwnUq7vYCXGX4Jm3kq1b5u7bL9c0d1e2f3g4h",
      },
    },
  },
  services: {
    ssh: { ports: ["22"], sequence: config.requireSecret("sshSequence") },
  },
  allow: ["198.51.100.7"], // the machine that runs `pulumi up`
  openPorts: ["80", "443"],
});

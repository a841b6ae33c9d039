// What the Pulumi contenders run: which one, and what it wants, stands in a file.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { remote } = require("@pulumi/command");

const { name, hosts, privateKey, policy, rules } = JSON.parse(readFileSync(process.env.WANTED, "utf8"));
const connectionOf = (host) => ({ ...host, privateKey: pulumi.secret(privateKey) });

if (name === "portknock") {
  const { PortKnockFirewall } = require("./portknock/dist");
  const services = Object.fromEntries(
    Object.entries(policy.services).map(([service, { ports, sequence }]) => [
      service,
      { ports, sequence: pulumi.secret(sequence) },
    ]),
  );
  new PortKnockFirewall("fleet", {
    ...policy,
    services,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([host, fields]) => [host, { connection: connectionOf(fields) }]),
    ),
  });
}

if (name === "two commands") {
  const digest = createHash("sha256").update(rules).digest("hex");
  for (const [host, fields] of Object.entries(hosts)) {
    const connection = connectionOf(fields);
    const load = new remote.Command(`${host}-load`, {
      connection,
      create: "nft -f -",
      // A command that ends before it has read its standard input may fail for that.
      delete: "cat >/dev/null && nft delete table inet portknock",
      stdin: pulumi.secret(rules),
    });
    new remote.Command(
      `${host}-look`,
      // Another text runs it again in its place; triggers would have the engine replace it.
      { connection, create: `true ${digest}` },
      { dependsOn: [load] },
    );
  }
}

import { readFileSync } from "node:fs";
import type { ComponentResourceOptions, Inputs } from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import { PortKnockFirewall } from "../components/portKnockFirewall";

/** Makes the component for programs of other languages: the engine starts it beside them. */
export class FirewallProvider implements Provider {
  readonly version: string;
  readonly schema: string;

  constructor() {
    this.schema = readFileSync(require.resolve("pulumi-portknock/schema/pulumi.schema.json"), "utf8");
    this.version = JSON.parse(this.schema).version;
  }

  async construct(
    name: string,
    type: string,
    inputs: Inputs,
    options: ComponentResourceOptions,
  ): Promise<ConstructResult> {
    if (type !== "pulumi-portknock:index:PortKnockFirewall") {
      throw new Error(`there is no ${type} in pulumi-portknock`);
    }
    const { hosts, services, ...others } = inputs;
    const firewall = new PortKnockFirewall(name, { hosts, services, ...others }, options);
    const { urn, policy, rulesets, knocks, knockers, tokenSecrets } = firewall;
    return { urn, state: { hosts: firewall.hosts, policy, rulesets, knocks, knockers, tokenSecrets } };
  }
}

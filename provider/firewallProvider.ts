import { readFileSync } from "node:fs";
import type { ComponentResourceOptions, Inputs } from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import { PortKnockFirewall } from "../components/portKnockFirewall";
import { FIREWALL_TYPE } from "../components/resourceTypes";

/** Makes the component for programs of other languages: the engine starts it beside them. */
export class FirewallProvider implements Provider {
  readonly version: string;
  readonly schema: string;

  constructor() {
    this.version = readJson("pulumi-portknock/package.json").version;
    this.schema = JSON.stringify({
      ...readJson("pulumi-portknock/schema/pulumi.schema.json"),
      version: this.version,
    });
  }

  async construct(
    name: string,
    type: string,
    inputs: Inputs,
    options: ComponentResourceOptions,
  ): Promise<ConstructResult> {
    if (type !== FIREWALL_TYPE) {
      throw new Error(`there is no ${type} in pulumi-portknock`);
    }
    const { hosts, services, ...others } = inputs;
    const firewall = new PortKnockFirewall(name, { hosts, services, ...others }, options);
    const { urn, policy, rulesets, knocks, knockers, tokenSecrets } = firewall;
    return { urn, state: { hosts: firewall.hosts, policy, rulesets, knocks, knockers, tokenSecrets } };
  }
}

/** Of the package, wherever this runs. */
function readJson(file: string) {
  return JSON.parse(readFileSync(require.resolve(file), "utf8"));
}

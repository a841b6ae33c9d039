import { main } from "@pulumi/pulumi/provider";
import * as library from "../index";
import { FirewallProvider } from "./firewallProvider";

/**
 * What `require` of the package's folder gives: Pulumi's language host starts a plugin that way. Who imports the package by
 * its name gets `index`, as `exports` of package.json says, and so does whoever comes here without being that host.
 */
export = isPlugin() ? void main(new FirewallProvider(), process.argv.slice(2)) : library;

function isPlugin(): boolean {
  return /[\\/]cmd[\\/]run-plugin[\\/]index\.js$/.test(require.main?.filename ?? "");
}

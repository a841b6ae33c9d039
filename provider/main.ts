import { RunError } from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider";
import * as library from "../index";
import { FirewallProvider } from "./firewallProvider";

/**
 * What `require` of the package's folder gives: Pulumi's language host starts a plugin that way. Who imports the package by
 * its name gets `index`, as `exports` of package.json says, and so does whoever comes here without being that host.
 */
export = isPlugin() ? void serve() : library;

function isPlugin(): boolean {
  return /[\\/]cmd[\\/]run-plugin[\\/]index\.js$/.test(require.main?.filename ?? "");
}

async function serve(): Promise<void> {
  await main(new FirewallProvider(), process.argv.slice(2));
  sayRefusalsOnce();
}

/**
 * What is refused in words is the answer to who asked for the component. Where a promise of it rejects beside that, the SDK
 * would say it again, and give it as the answer to whoever waits for another component (3.187 to 3.276).
 */
function sayRefusalsOnce(): void {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason, promise) => {
    if (!RunError.isInstance(reason)) {
      for (const listener of listeners) listener(reason, promise);
    }
  });
}

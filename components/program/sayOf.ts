import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "../outputs/ifKnown";

/**
 * Says something of a resource, once it is registered. The SDK sends messages in turn, those of every program that
 * the process runs, and waits for the resource of each: one that never comes would hold up all that follow.
 */
export function sayOf(resource: pulumi.Resource, level: "info" | "warn" | "error", text: string): void {
  const done = pulumi.runtime.rpcKeepAlive();
  void promiseOf(resource.urn)
    .then(
      () => pulumi.log[level](text, resource),
      () => pulumi.log[level](text),
    )
    .then(done);
}

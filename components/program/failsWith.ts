import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "../outputs/ifKnown";

/**
 * Where an input of a resource fails, the SDK registers nothing and leaves what it promised of it open for ever
 * (3.187 to 3.276). An inline program waits for whoever waits for that, and would never end. So the resource fails
 * with its inputs, and whoever waits for it fails too.
 */
export function failsWith(resource: pulumi.Resource, inputs: Promise<unknown>): void {
  const failed = new Promise<never>((_, reject) => {
    inputs.catch(reject);
  });
  Object.assign(resource, { urn: pulumi.output(Promise.race([promiseOf(resource.urn), failed])) });
}

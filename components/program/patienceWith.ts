import * as pulumi from "@pulumi/pulumi";
import type { Patience } from "../remote/redial";

/** How long a program goes on dialling a host; a person is told that it does. */
export function patienceWith(host: string): Patience {
  return {
    kind: pulumi.runtime.isDryRun() ? "preview" : "update",
    onWaiting: (words) => void pulumi.log.info(`${host}: ${words}`),
  };
}

import * as pulumi from "@pulumi/pulumi";
import type { Patience } from "../remote/redial";
import { probeBounds } from "./probing";

/** How long a program goes on dialling a host, and waits for its answer; a person is told that it does. */
export function patienceWith(host: string): Patience {
  return {
    kind: pulumi.runtime.isDryRun() ? "preview" : "update",
    ...probeBounds(),
    onWaiting: (words) => void pulumi.log.info(`${host}: ${words}`),
  };
}

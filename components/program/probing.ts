import * as pulumi from "@pulumi/pulumi";
import { programKind } from "./programKind";

/** Whether hosts are asked how they are: not, as far as they answer, or with a host that does not as an error. */
export type Probing = "off" | "on" | "required";

/**
 * What stack config `portknock:probe` says: `true`, `false` or `required`. Off under mocks, and with `false` in a
 * preview: on a machine without a way in. An update needs a way in as it is.
 */
export function probing(): Probing {
  const wanted = new pulumi.Config("portknock").get("probe") ?? "true";
  if (!["true", "false", "required"].includes(wanted)) {
    throw new pulumi.RunError("portknock:probe: is none of true, false and required; pulumi config set it");
  }
  if (programKind() === "mocked" || (wanted === "false" && pulumi.runtime.isDryRun())) {
    return "off";
  }
  return wanted === "required" ? "required" : "on";
}

// npm runs it in a clone after `npm ci`, where somebody depends on the repository, and where somebody installs what an unpacked
// package needs, as Pulumi does with a plugin's: there dist is built, and nothing is there to build it from.
import { existsSync } from "node:fs";

if (existsSync(new URL("build.mjs", import.meta.url))) {
  const { buildOrFail } = await import("./build.mjs");
  await buildOrFail();
}

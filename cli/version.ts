import { readFileSync } from "node:fs";
import { z } from "zod";

/** The version in package.json, found by the package's own name: from the sources and from dist alike. */
export function readVersion(): string {
  const text = readFileSync(require.resolve("pulumi-portknock/package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

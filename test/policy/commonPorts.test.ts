import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMON_PORTS } from "../../components/policy/commonPorts";

it("the ports of common services are those that the documentation lists", () => {
  const text = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8").replace(/\s+/g, " ");
  const [, list = ""] = /below 1024 and these, which scans try first: ([\d, ]+)\./.exec(text) ?? [];
  expect(list.split(", ").map(Number)).toEqual([...COMMON_PORTS]);
});

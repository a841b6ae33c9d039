import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedKeys } from "../../cli/repeatedKeys";
import { printProblem } from "../../components/policy/policyError";
import { portknock } from "./portknock";

const twice = (path: string) => `${path}: is there more than once, and only the last would count; keep one`;

describe("repeatedKeys", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["a field", '{"services":{},"services":{}}', [twice("services")]],
    ["a service", '{"services":{"ssh":{"a":[]},"ssh":{}}}', [twice("services.ssh")]],
    ["a key written in another way", '{"ssh":1,"ss\\u0068":2}', [twice("ssh")]],
    ["a key in an array", '[{},{"a":{"from":1,"from":2}}]', [twice("2.a.from")]],
    ["a key that is there three times, once", '{"a":1,"a":2,"a":3}', [twice("a")]],
    ["every one of several keys", '{"a":{"b":1,"b":2},"c":1,"c":2}', [twice("a.b"), twice("c")]],
    [
      "a key that may be a sequence, without repeating it",
      '{"services":{"7000,8000":{"x":1,"x":1},"web":{},"7000,8000":{}},"7,8":1,"7,8":1}',
      [
        twice("services.name 1.x"),
        "services: name 3 repeats name 1; keep one of the two",
        "policy: name 3 repeats name 2; keep one of the two",
      ],
    ],
  ])("rejects %s", (_, text, lines) => {
    expect(repeatedKeys(text).map(printProblem)).toEqual(lines);
  });

  it("finds nothing in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(repeatedKeys(text)).toEqual([]);
      }),
    );
  });
});

describe("a policy file", { timeout: 30_000 }, () => {
  const service = (port: number) => `{ "ports": ["${port}"], "sequence": "10000,2345,3456/udp" }`;
  const POLICY = `{ "services": { "ssh": ${service(22)} }, "services": { "web": ${service(443)} } }`;

  it.each([["check"], ["render"], ["explain", "--port", "22"]])(
    "rejects a repeated key: %s",
    async (...args) => {
      expect(await portknock([...args, "-"], POLICY)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `portknock: standard input: ${twice("services")}\n`,
      });
    },
  );

  it("rejects deep nesting with its position", async () => {
    expect(await portknock(["check", "-"], "[".repeat(60_000))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "portknock: standard input: line 1, column 33 is nested deeper than 32 levels; a policy needs fewer\n",
    });
  });

  it("rejects a huge string and a huge file in words", async () => {
    const huge = (length: number) =>
      `{ "services": { "ssh": { "ports": ["22"], "sequence": "${"7".repeat(length)}" } } }`;
    expect(await portknock(["check", "-"], huge(7_900_000))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "portknock: standard input: services.ssh.sequence: knock 1 is not a port; write ports with commas " +
        'between them, each with an optional protocol: "PORT,PORT/udp,PORT"\n',
    });
    expect(await portknock(["check", "-"], huge(9_000_000))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "portknock: standard input: has more than 8 million characters, too many for a policy; check the file\n",
    });
  });
});

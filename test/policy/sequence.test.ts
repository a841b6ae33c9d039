import { describe, expect, it } from "vitest";
import { PolicyError } from "../../components/policy/policyError";
import { parseSequence, printSequence } from "../../components/policy/sequence";

const FORMAT = 'write ports with commas between them, each with an optional protocol: "PORT,PORT/udp,PORT"';
const COUNT = "give 2 to 16, or leave the service unguarded";
const ONCE = "use each port once";
const APART = "choose ports that are further apart";

const ports = (count: number) => Array.from({ length: count }, (_, index) => 1000 + 2 * index);

describe("parseSequence", () => {
  it.each([
    ["7000,8000", "7000/tcp,8000/tcp"],
    ["7000/tcp,8000/udp", "7000/tcp,8000/udp"],
    ["8000:udp,9000:tcp", "8000/udp,9000/tcp"],
    ["7000/TCP,8000/UDP,9000:Udp", "7000/tcp,8000/udp,9000/udp"],
    [" 7000 8000,\t9000,,\n", "7000/tcp,8000/tcp,9000/tcp"],
    ["1,65535", "1/tcp,65535/tcp"],
    ["07000,8000", "7000/tcp,8000/tcp"],
    ["7000,7000/udp", "7000/tcp,7000/udp"],
    ["7000,7001/udp", "7000/tcp,7001/udp"],
    ["7000,7002", "7000/tcp,7002/tcp"],
    ["7000,9000,7001", "7000/tcp,9000/tcp,7001/tcp"],
  ])("takes %j", (text, printed) => {
    expect(printSequence(parseSequence(text))).toBe(printed);
  });

  it("takes 16 knocks", () => {
    expect(parseSequence(ports(16).join())).toEqual(ports(16).map((port) => ({ protocol: "tcp", port })));
  });

  it.each([
    ["", "has 0 knocks", COUNT],
    [" , ", "has 0 knocks", COUNT],
    ["7000", "has 1 knock", COUNT],
    [ports(17).join(), "has 17 knocks", COUNT],
    ["0,8000", "knock 1 is not a port", FORMAT],
    ["7000,65536", "knock 2 is not a port", FORMAT],
    ["7000,100000", "knock 2 is not a port", FORMAT],
    ["7000,-8000", "knock 2 is not a port", FORMAT],
    ["7000-8000", "knock 1 is not a port", FORMAT],
    ["7000;8000", "knock 1 is not a port", FORMAT],
    ["7000,8000,ssh", "knock 3 is not a port", FORMAT],
    ["ssh,8000,0,-1", "knocks 1, 3 and 4 are not ports", FORMAT],
    ["7000,8000/icmp", "knock 2 is not a port", FORMAT],
    ["7000,8000/tcp/udp", "knock 2 is not a port", FORMAT],
    ["7000,８０００", "knock 2 is not a port", FORMAT],
    ["7000,0x1f40", "knock 2 is not a port", FORMAT],
    ["7000,8e3", "knock 2 is not a port", FORMAT],
    ["7000,7000", "knock 2 repeats knock 1", ONCE],
    ["7000,8000,9000,8000/tcp", "knock 4 repeats knock 2", ONCE],
    ["7000,07000", "knock 2 repeats knock 1", ONCE],
    ["7000,7001", "knocks 1 and 2 are neighbouring ports, which a plain scan tries in a row", APART],
    ["9000,8001,8000", "knocks 2 and 3 are neighbouring ports, which a plain scan tries in a row", APART],
    ["8000/udp,8001:udp", "knocks 1 and 2 are neighbouring ports, which a plain scan tries in a row", APART],
  ])("rejects %j", (text, problem, remedy) => {
    expect(() => parseSequence(text)).toThrow(new PolicyError([{ path: "sequence", problem, remedy }]));
  });

  it("rejects everything that is wrong with one at once", () => {
    const problems = [
      ["knock 3 repeats knock 1", ONCE],
      ["knock 5 repeats knock 2", ONCE],
      ["knocks 3 and 4 are neighbouring ports, which a plain scan tries in a row", APART],
    ].map(([problem = "", remedy = ""]) => ({ path: "sequence", problem, remedy }));
    expect(() => parseSequence("7000,8000,7000,7001,8000")).toThrow(new PolicyError(problems));
  });

  it("gives back what printSequence wrote", () => {
    const sequence = [
      { protocol: "udp", port: 1 },
      { protocol: "tcp", port: 65535 },
      { protocol: "tcp", port: 1 },
    ] as const;
    expect(printSequence(sequence)).toBe("1/udp,65535/tcp,1/tcp");
    expect(parseSequence(printSequence(sequence))).toEqual(sequence);
  });
});

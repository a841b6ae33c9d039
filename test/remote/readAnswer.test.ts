import { describe, expect, it } from "vitest";
import { hostText } from "../../components/remote/hostText";
import { readAnswer } from "../../components/remote/probeHost";

const REPORT = `portknock-status 1\nstate unguarded\nobserved ${"0".repeat(64)}\nfinding a\u001b]0;x\u0007b\u202ec\nportknock-end\n`;
const REMEDY = "look at this user's shell, at what it runs at login, and at forced commands of sshd";

const said = (stdout: string, stderr = "", exitCode: number | undefined = 1, hasFlooded = false) =>
  readAnswer({ exitCode, stdout, stderr, hasFlooded });
const reason = (...args: Parameters<typeof said>): string | undefined => {
  const answer = said(...args);
  return answer.kind === "unfit" ? answer.reason : undefined;
};

describe("a host's answer", () => {
  it("is its report, after whatever a login printed, with nothing in it that a terminal obeys", () => {
    for (const noise of ["", "\u001b[0m\n", "motd\r\nstate fine\n"]) {
      expect(said(noise + REPORT, "stty: no terminal", 0)).toMatchObject({
        kind: "answered",
        status: { kind: "unguarded", findings: ["a\\u{1b}]0;x\\u{7}b\\u{202e}c"] },
      });
    }
  });

  it("is no report when the script did not end well", () => {
    expect(said(REPORT, "", 1).kind).toBe("unfit");
    expect(said(REPORT, "", undefined).kind).toBe("unfit");
  });

  it("is our script's own complaint, the last one", () => {
    expect(
      reason("x\n", "\u001b[31mhello portknock: a; b\nportknock: nft\u001b is missing; install it\n"),
    ).toBe("nft\\u{1b} is missing; install it");
  });

  it.each([
    [
      "This account is currently not available.\n",
      "",
      'did not run our script, and says "This account is currently not available."',
    ],
    [
      "",
      "\n\nWARNING: Your password has expired.\nChange it\n",
      'did not run our script, and says "WARNING: Your password has expired."',
    ],
    ["\u001b[31mgo away\u0007", "", 'did not run our script, and says "\\u{1b}[31mgo away\\u{7}"'],
    ["", "", "did not run our script"],
    [`${"x".repeat(1000)}\n`, "", `did not run our script, and says "${"x".repeat(300)}…"`],
  ])("is what came in our script's place: %j %j", (stdout, stderr, words) => {
    for (const exitCode of [0, 1]) expect(reason(stdout, stderr, exitCode)).toBe(`${words}; ${REMEDY}`);
  });

  it("is a flood when it does not end", () => {
    expect(reason("x\nx\n", "", undefined, true)).toBe(`does not stop talking, and says "x"; ${REMEDY}`);
  });

  it("keeps line breaks, tabs and letters of any language", () => {
    expect(hostText("a\tb\nß 語 – …")).toBe("a\tb\nß 語 – …");
    expect(hostText("\r\u009b\u2028\u200b")).toBe("\\u{d}\\u{9b}\\u{2028}\\u{200b}");
  });
});

import { describe, expect, it } from "vitest";
import { attemptOf, isConfirmed } from "../../components/remote/lastLines";

const ATTEMPT = "0b5c1a52-6c1e-4a53-9d0b-7f2a1c9e8d11";
const LOADED = `portknock: loaded; rolls back in 60 seconds unless confirmed\nattempt ${ATTEMPT}`;

describe("what a verb printed", () => {
  it("names the attempt, whatever a login printed before it", () => {
    const noise = `motd\nattempt x\nattempt ${ATTEMPT.replace("0", "1")}\n\u001b[0m`;
    for (const printed of [LOADED, `${LOADED}\n`, `${noise}${LOADED}`])
      expect(attemptOf(printed)).toBe(ATTEMPT);
  });

  it("names no attempt when apply did not come to its end", () => {
    for (const printed of [undefined, "", "attempt x\n", LOADED.slice(0, -1)])
      expect(attemptOf(printed)).toBe("none");
  });

  it("tells whether confirm came to its end", () => {
    expect(isConfirmed("\u001b[0mportknock: confirmed")).toBe(true);
    for (const printed of ["", "confirmed", "portknock: confirmed?"])
      expect(isConfirmed(printed)).toBe(false);
  });
});

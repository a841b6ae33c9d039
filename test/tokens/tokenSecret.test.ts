import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokensPerSlot } from "../../components/tokens/token";
import { tokenId } from "../../components/tokens/tokenId";
import { hostKey, parseTokenSecret, tokenFingerprint } from "../../components/tokens/tokenSecret";

const bytes = fc.uint8Array({ minLength: 32, maxLength: 70 });

describe("the secret of tokens", () => {
  it("is the same whether it is written as hexadecimal digits or in base64, of either alphabet, padded or not", () => {
    fc.assert(
      fc.property(bytes, (secret) => {
        const buffer = Buffer.from(secret);
        const hex = buffer.toString("hex");
        const forms = [
          hex,
          hex.toUpperCase(),
          buffer.toString("base64"),
          buffer.toString("base64").replace(/=+$/, ""),
          buffer.toString("base64url"),
          `${buffer.toString("base64")}\n`,
        ];
        for (const form of forms) expect(parseTokenSecret(form)).toEqual({ kind: "value", value: hex });
      }),
    );
  });

  it.each([
    ["", "is neither base64 nor hexadecimal digits"],
    ["correct horse battery staple, and more of it", "is neither base64 nor hexadecimal digits"],
    [`${"A".repeat(43)}B`.slice(1, 42), "is neither base64 nor hexadecimal digits"],
    ["c0".repeat(31), "has fewer than 32 bytes"],
    [Buffer.alloc(31).toString("base64"), "has fewer than 32 bytes"],
  ])("rejects %j, and shows nothing of it", (text, problem) => {
    expect(parseTokenSecret(text)).toEqual({
      kind: "refused",
      problem,
      remedy: 'give 32 random bytes, as "openssl rand -base64 32" prints them',
    });
  });

  it("makes another key for each host and knocker", () => {
    fc.assert(
      fc.property(bytes, (secret) => {
        const hex = Buffer.from(secret).toString("hex");
        const keys = ["web-1", "web-2"].flatMap((host) =>
          ["alice", "bob"].map((name) => hostKey(hex, host, name)),
        );
        expect(new Set([...keys, hex]).size).toBe(5);
      }),
    );
  });

  it("has a number in the kernel that nft prints as it stands, with room for a slot", () => {
    fc.assert(
      fc.property(bytes, (secret) => {
        const id = tokenId(tokenFingerprint(Buffer.from(secret).toString("hex"), "alice"));
        expect(id).toMatch(/^[1-9a-f][0-9a-f]{0,3}:[1-9a-f][0-9a-f]?00$/);
      }),
    );
  });
});

describe("the tokens of a slot", () => {
  it("are more where knockers are few, and never fewer than eight", () => {
    expect([1, 3, 4, 6, 7, 12, 13, 100, 800].map(tokensPerSlot)).toEqual([64, 64, 32, 32, 16, 16, 8, 8, 8]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSyntaxFault } from "../../cli/jsonSyntax";

describe("findSyntaxFault", () => {
  it("finds an error in exactly the texts that JSON.parse refuses", () => {
    const piece = fc.constantFrom(
      ...'{}[]:,"\\ \n\t01.-+eu/',
      "true",
      "null",
      '"a"',
      "\u001f",
      "\u007f",
      "😀",
    );
    const soup = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
    const cut = fc.tuple(fc.json(), fc.nat()).map(([json, at]) => json.slice(0, at % (json.length + 1)));
    fc.assert(
      fc.property(fc.oneof(soup, cut, fc.json()), (text) => {
        expect(findSyntaxFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ["an empty text", "", 1, 1],
    ["a comma before the end of an object", '{"a":1,}', 1, 8],
    ["two values in a row", "[1 2]", 1, 4],
    ["a key without quotes", "{a:1}", 1, 2],
    ["a string that does not end, at its start", '{\r\n "a": "b', 2, 7],
    ["an error after a character of two code units", '"😀" x', 1, 5],
    ["the end of a text that is not complete", "[[1]\n", 2, 1],
    ["a comment, at its start", '{ // why\n "a": 1 }', 1, 3],
    ["a number that does not end, at its start", "[22, 80.]", 1, 6],
    ["a word that is none of JSON's, at its start", "[truer]", 1, 2],
  ])("rejects %s at its position", (_, text, line, column) => {
    expect(findSyntaxFault(text)).toEqual({ kind: "notJson", line, column });
  });

  it("finds nothing wrong with the deepest nesting that is read, and rejects one level more there", () => {
    expect(findSyntaxFault("[".repeat(32) + "]".repeat(32))).toBe(undefined);
    expect(findSyntaxFault("[".repeat(33) + "]".repeat(33))).toEqual({
      kind: "tooDeep",
      line: 1,
      column: 33,
    });
    expect(findSyntaxFault("[".repeat(1_000_000))).toEqual({ kind: "tooDeep", line: 1, column: 33 });
  });

  it.each([
    ["a string", `"${"a\\n😀".repeat(1_500_000)}"`],
    ["a number", "1".repeat(8_000_000)],
    ["white space", `${" ".repeat(8_000_000)}1`],
  ])("reads %s of millions of characters", (_, text) => {
    expect(findSyntaxFault(text)).toBe(undefined);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

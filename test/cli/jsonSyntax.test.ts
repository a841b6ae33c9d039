import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSyntaxError } from "../../cli/jsonSyntax";

describe("findSyntaxError", () => {
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
        expect(findSyntaxError(text) === undefined).toBe(isJson(text));
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
  ])("rejects %s at its position", (_, text, line, column) => {
    expect(findSyntaxError(text)).toEqual({ line, column });
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

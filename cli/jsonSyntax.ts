/** Counted from 1, the column in characters as an editor shows them. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
/** A mark, a string, or a number or word. JSON allows the control characters from 7f to 9f in a string. */
const TOKEN =
  /[{}[\],:]|"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null/uy;

type Expected = "value" | "firstItem" | "firstKey" | "key" | "colon" | "comma" | "end";
type Container = "array" | "object";
type State = readonly [expected: Expected, containers: readonly Container[]];

/**
 * Where a text stops being JSON, or nothing when it is JSON. Up to Node 20 the parser's message has no
 * position for most errors; it quotes the text instead.
 */
export function findSyntaxError(text: string): TextPosition | undefined {
  let state: State = ["value", []];
  for (let offset = skip(SPACE, text, 0); ; offset = skip(SPACE, text, offset)) {
    if (offset === text.length && state[0] === "end") {
      return undefined;
    }
    const token = match(TOKEN, text, offset);
    const next: State | undefined = token === undefined ? undefined : advance(state, token);
    if (token === undefined || next === undefined) {
      return toPosition(text, offset);
    }
    state = next;
    offset += token.length;
  }
}

/** What may follow `token`, or nothing when `token` may not stand here. */
function advance([expected, containers]: State, token: string): State | undefined {
  const container = containers.at(-1);
  switch (expected) {
    case "end":
      return undefined;
    case "colon":
      return token === ":" ? ["value", containers] : undefined;
    case "comma":
      if (token === ",") {
        return [container === "array" ? "value" : "key", containers];
      }
      return token === (container === "array" ? "]" : "}") ? leave(containers) : undefined;
    case "key":
    case "firstKey":
      if (expected === "firstKey" && token === "}") {
        return leave(containers);
      }
      return token.startsWith('"') ? ["colon", containers] : undefined;
    case "value":
    case "firstItem":
      if (expected === "firstItem" && token === "]") {
        return leave(containers);
      }
      if (token === "{") {
        return ["firstKey", [...containers, "object"]];
      }
      if (token === "[") {
        return ["firstItem", [...containers, "array"]];
      }
      return /^[}\],:]/.test(token) ? undefined : [afterValue(containers), containers];
    default:
      return bug(expected);
  }
}

function leave(containers: readonly Container[]): State {
  const outer = containers.slice(0, -1);
  return [afterValue(outer), outer];
}

function afterValue(containers: readonly Container[]): Expected {
  return containers.length === 0 ? "end" : "comma";
}

function skip(pattern: RegExp, text: string, offset: number): number {
  return offset + (match(pattern, text, offset)?.length ?? 0);
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function toPosition(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

function bug(expected: never): never {
  throw new Error(`bug: nothing can be expected as ${expected}`);
}

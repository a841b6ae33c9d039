import { skipSpace, tokenAt } from "./jsonTokens";

/** What is wrong with a text, and where: counted from 1, the column in characters as an editor shows them. */
export interface SyntaxFault {
  readonly kind: "notJson" | "tooDeep";
  readonly line: number;
  readonly column: number;
}

/** How deep arrays and objects may lie in each other. A policy needs five. */
export const MAX_LEVELS = 32;

type Expected = "value" | "firstItem" | "firstKey" | "key" | "colon" | "comma" | "end";

/** An array or object that is not closed yet. */
interface Level {
  readonly container: "array" | "object";
  readonly depth: number;
  readonly outer: Level | undefined;
}

type State = readonly [expected: Expected, level: Level | undefined];

/**
 * Where a text stops being JSON, or nothing when it is JSON. Up to Node 20 the parser's message has no
 * position for most errors; it quotes the text instead.
 */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
  let state: State = ["value", undefined];
  for (let offset = skipSpace(text, 0); ; offset = skipSpace(text, offset)) {
    if (offset === text.length && state[0] === "end") {
      return undefined;
    }
    const token = tokenAt(text, offset);
    const next: State | undefined = token === undefined ? undefined : advance(state, token);
    if (token === undefined || next === undefined) {
      return toFault("notJson", text, offset);
    }
    if (next[1] !== undefined && next[1].depth > MAX_LEVELS) {
      return toFault("tooDeep", text, offset);
    }
    state = next;
    offset += token.length;
  }
}

/** What may follow `token`, or nothing when `token` may not stand here. */
function advance([expected, level]: State, token: string): State | undefined {
  const container = level?.container;
  switch (expected) {
    case "end":
      return undefined;
    case "colon":
      return token === ":" ? ["value", level] : undefined;
    case "comma":
      if (token === ",") {
        return [container === "array" ? "value" : "key", level];
      }
      return token === (container === "array" ? "]" : "}") ? leave(level) : undefined;
    case "key":
    case "firstKey":
      if (expected === "firstKey" && token === "}") {
        return leave(level);
      }
      return token.startsWith('"') ? ["colon", level] : undefined;
    case "value":
    case "firstItem":
      if (expected === "firstItem" && token === "]") {
        return leave(level);
      }
      if (token === "{") {
        return ["firstKey", enter("object", level)];
      }
      if (token === "[") {
        return ["firstItem", enter("array", level)];
      }
      return /^[}\],:]/.test(token) ? undefined : [afterValue(level), level];
    default:
      return bug(expected);
  }
}

function enter(container: Level["container"], outer: Level | undefined): Level {
  return { container, depth: (outer?.depth ?? 0) + 1, outer };
}

function leave(level: Level | undefined): State {
  return [afterValue(level?.outer), level?.outer];
}

function afterValue(level: Level | undefined): Expected {
  return level === undefined ? "end" : "comma";
}

function toFault(kind: SyntaxFault["kind"], text: string, offset: number): SyntaxFault {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { kind, line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

function bug(expected: never): never {
  throw new Error(`bug: nothing can be expected as ${expected}`);
}

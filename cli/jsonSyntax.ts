import { visit } from "jsonc-parser";

/** What is wrong with a text, and where: counted from 1, the column in characters as an editor shows them. */
export interface SyntaxFault {
  readonly kind: "notJson" | "tooDeep";
  readonly line: number;
  readonly column: number;
}

/** How deep arrays and objects may lie in each other. A policy needs five. */
export const MAX_LEVELS = 32;

/** Throwing is the one way out of `visit`, which mends what it reads and goes on, as deep as the stack carries. */
class FirstFault extends Error {
  constructor(
    readonly kind: SyntaxFault["kind"],
    readonly offset: number,
  ) {
    super(kind);
  }
}

/**
 * Where a text stops being JSON, or nothing when it is JSON. Up to Node 20 the message of `JSON.parse` has no
 * position for most errors; it quotes the text instead.
 */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
  let levels = 0;
  const enter = (offset: number): void => {
    levels += 1;
    if (levels > MAX_LEVELS) {
      throw new FirstFault("tooDeep", offset);
    }
  };
  const leave = (): void => {
    levels -= 1;
  };
  const onError = (_: number, offset: number): void => {
    throw new FirstFault("notJson", offset);
  };
  const visitor = {
    onObjectBegin: enter,
    onArrayBegin: enter,
    onObjectEnd: leave,
    onArrayEnd: leave,
    onError,
  };
  try {
    visit(text, visitor, { disallowComments: true });
  } catch (error) {
    if (error instanceof FirstFault) {
      return { kind: error.kind, ...positionAt(text, error.offset) };
    }
    throw error;
  }
  return undefined;
}

function positionAt(text: string, offset: number): Omit<SyntaxFault, "kind"> {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

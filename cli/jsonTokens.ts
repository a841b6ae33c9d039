/** In pieces: the regular expression engine runs out of stack in a text of millions of characters. */
const SPACE = /[ \t\n\r]{1,1000}/y;
/** JSON allows the control characters from 7f to 9f in a string. */
const CHARACTERS = /(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})){1,1000}/uy;
/** A mark, a number or a word. */
const PLAIN = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null/y;

/** The end of the white space that begins at `offset`. */
export function skipSpace(text: string, offset: number): number {
  return skipAll(SPACE, text, offset);
}

/** The token of JSON that begins at `offset`, or nothing where none does. */
export function tokenAt(text: string, offset: number): string | undefined {
  if (text[offset] !== '"') {
    return match(PLAIN, text, offset);
  }
  const end = skipAll(CHARACTERS, text, offset + 1);
  return text[end] === '"' ? text.slice(offset, end + 1) : undefined;
}

function skipAll(pattern: RegExp, text: string, offset: number): number {
  let end = offset;
  for (let piece = match(pattern, text, end); piece !== undefined; piece = match(pattern, text, end)) {
    end += piece.length;
  }
  return end;
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

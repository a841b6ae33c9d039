import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { documentPages } from "../../site/layPages";

const ROOT = resolve(__dirname, "../..");

/** A block of code in a document. */
export interface Snippet {
  /** The page and the line of its first line: `docs/start.md:40`. */
  readonly place: string;
  readonly text: string;
}

/** Every block of a language in every document, without the indentation of the list it stands in. */
export function snippetsIn(language: string): readonly Snippet[] {
  return documentPages().flatMap((page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm"))].map(
      (block) => {
        const [, indentation = "", body = ""] = block;
        const line = text.slice(0, block.index).split("\n").length + 1;
        return { place: `${page}:${line}`, text: body.replaceAll(new RegExp(`^${indentation}`, "gm"), "") };
      },
    );
  });
}

/** Every span of code in the text of every document. */
export function inlineSnippets(): readonly Snippet[] {
  return documentPages().flatMap((page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    // A block of code may hold such marks of its own.
    const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, (block) => block.replaceAll(/[^\n]/g, ""));
    return [...prose.matchAll(/`([^`]+)`/g)].map(({ 1: body = "", index }) => ({
      place: `${page}:${prose.slice(0, index).split("\n").length}`,
      text: body.replaceAll(/\s+/g, " "),
    }));
  });
}

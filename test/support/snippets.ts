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

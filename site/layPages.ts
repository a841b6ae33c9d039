import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { root } from "./paths";
import { printReference, publicTypes } from "./reference";

const FOLDERS = ["docs", "bench", "examples", "templates"];
const PAGES_OF_ROOT = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** Every page of the repository that the site shows, from the root. */
export function documentPages(): readonly string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((page) => !page.includes("node_modules")),
  );
  return [...PAGES_OF_ROOT, ...below.toSorted()];
}

/** Lays the pages as they stand, so that their links hold, and beside them the reference, made from the sources. */
export function layPages(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const pages = documentPages();
  for (const page of pages)
    lay(folder, page, withoutLinksToSources(page, readFileSync(join(root, page), "utf8")));
  for (const picture of readdirSync(join(root, "docs")).filter((name) => name.endsWith(".svg"))) {
    copyFileSync(join(root, "docs", picture), join(folder, "docs", picture));
  }
  lay(folder, "docs/reference.md", printReference(publicTypes()));
}

function lay(folder: string, page: string, text: string): void {
  const file = join(folder, page);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A file of the repository that is no page is named on the site, and nothing more; a folder is its README. */
function withoutLinksToSources(page: string, text: string): string {
  return text.replace(
    /(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)/g,
    (link, label: string, target: string) => {
      const path = posix.join(dirname(page), target);
      if (path.endsWith(".md")) return link;
      if (existsSync(join(root, path, "README.md"))) return `[${label}](${target}/README.md)`;
      return label;
    },
  );
}

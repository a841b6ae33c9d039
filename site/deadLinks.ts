import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The links of the built pages that lead to no page, or to no heading of one, each as `page: link`. */
export function deadLinks(folder: string): readonly string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((page) =>
    page.endsWith(".html"),
  );
  const texts = new Map(pages.map((page) => [`/${page}`, readFileSync(join(folder, page), "utf8")]));
  return [...texts].flatMap(([page, text]) =>
    [...new Set([...text.matchAll(/href="([^"]*)"/g)].map(([, link = ""]) => link))]
      .filter((link) => !/^(?:[a-z]+:|\/\/)/.test(link) && !leads(folder, texts, page, link))
      .map((link) => `${page}: the link ${link} leads nowhere`),
  );
}

function leads(folder: string, texts: ReadonlyMap<string, string>, page: string, link: string): boolean {
  const { pathname, hash } = new URL(link, `http://site${page}`);
  const target = texts.get(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  if (target === undefined) return existsSync(join(folder, pathname));
  return hash === "" || target.includes(`id="${decodeURIComponent(hash.slice(1))}"`);
}

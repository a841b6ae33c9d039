import { join, resolve } from "node:path";

export const root = resolve(__dirname, "..");
export const siteFolder = join(root, "site");
/** What VitePress reads: laid anew by each build, and not committed. */
export const pagesFolder = join(siteFolder, "pages");
export const builtFolder = join(siteFolder, ".vitepress/dist");

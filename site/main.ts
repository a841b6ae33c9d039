// Builds the documentation as a site, from what stands in the repository, and looks whether its links lead anywhere.
import { rmSync } from "node:fs";
import { build } from "vitepress";
import { deadLinks } from "./deadLinks";
import { layPages } from "./layPages";
import { builtFolder, pagesFolder, siteFolder } from "./paths";

async function main(): Promise<void> {
  rmSync(builtFolder, { recursive: true, force: true });
  layPages(pagesFolder);
  await build(siteFolder);
  const dead = deadLinks(builtFolder);
  for (const link of dead) console.error(`docs: ${link}`);
  if (dead.length > 0) {
    process.exitCode = 1;
    return;
  }
  console.log(`docs: ${builtFolder}/index.html; to read them: npx vitepress preview site`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

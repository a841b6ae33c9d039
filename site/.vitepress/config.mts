import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DefaultTheme, defineConfig } from "vitepress";

const pages = join(dirname(fileURLToPath(import.meta.url)), "../pages");

const page = (text: string, path: string): DefaultTheme.SidebarItem => ({ text, link: `/${path}` });
const howTo = (text: string, name: string): DefaultTheme.SidebarItem => page(text, `docs/how-to/${name}`);
/** A page that is not in every state of the repository. */
const whereWritten = (text: string, path: string): DefaultTheme.SidebarItem[] =>
  existsSync(join(pages, `${path}.md`)) ? [page(text, path)] : [];

const sidebar: DefaultTheme.SidebarItem[] = [
  { text: "Begin", items: [page("What it is", ""), page("Start in five minutes", "docs/start")] },
  {
    text: "How to",
    items: [
      howTo("Guard a first host", "first-host"),
      howTo("Guard a fleet", "fleet"),
      howTo("Rotate a secret", "rotate"),
      howTo("Update from a build runner", "build-runner"),
      howTo("Guard a Docker host", "docker"),
      howTo("Keep mosh going", "mosh"),
      howTo("Connect, and hand access over", "connect"),
      howTo("Behind carrier NAT", "carrier-nat"),
      howTo("Move from knockd", "from-knockd"),
      howTo("Move from fwknop", "from-fwknop"),
      howTo("Move from ufw", "from-ufw"),
    ],
  },
  {
    text: "Reference",
    items: [
      page("Arguments and outputs", "docs/reference"),
      page("Semantics of knocking", "docs/semantics"),
      page("Tokens", "docs/tokens"),
      page("Derived sequences", "docs/derive"),
      page("Glossary", "docs/glossary"),
      ...whereWritten("Other languages", "docs/languages"),
    ],
  },
  {
    text: "Running it",
    items: [
      page("Operations", "docs/operations"),
      page("Fleets", "docs/fleets"),
      page("Review", "docs/review"),
    ],
  },
  {
    text: "Judge it",
    items: [
      page("Threat model", "docs/threat-model"),
      page("How it works, and why so", "docs/design"),
      page("What was tested", "docs/tested"),
      ...whereWritten("Versions", "docs/versions"),
      page("Cost of a packet", "bench/packets"),
      page("Cost of rules", "bench/scale"),
      page("Cost of a fleet", "bench/fleet"),
      page("Contributing", "CONTRIBUTING"),
      page("Changes", "CHANGELOG"),
    ],
  },
];

export default defineConfig({
  title: "pulumi-portknock",
  description: "Hide ports of Linux hosts behind knock sequences, as code",
  srcDir: "pages",
  rewrites: { "README.md": "index.md" },
  cleanUrls: false,
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: "local" },
    nav: [page("Start", "docs/start"), page("Reference", "docs/reference")] as DefaultTheme.NavItem[],
  },
});

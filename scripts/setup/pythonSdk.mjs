import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, problem } from "./account.mjs";
import { putInPlace } from "./files.mjs";
import { cache, engineVersion, findOnPath } from "./paths.mjs";
import { run } from "./run.mjs";

const folder = join(cache, `python-sdk-${engineVersion}`);

/** A virtual environment with Pulumi's SDK for Python, and what generated ones need; undefined where it cannot be had. */
export async function ensurePythonSdk() {
  if (existsSync(folder)) return folder;
  if (findOnPath("python3") === undefined) {
    problem("there is no python3", "install Python 3.10 or newer");
    return undefined;
  }
  try {
    await install(`Pulumi's SDK for Python ${engineVersion}`, "about half a minute", () =>
      putInPlace(folder, fill),
    );
    return folder;
  } catch (error) {
    problem("Pulumi's SDK for Python could not be installed", "see to the error and run set-up again", error);
    return undefined;
  }
}

async function fill(next) {
  await run("python3", ["-m", "venv", next]);
  const packages = [`pulumi==${engineVersion}`, "parver", "setuptools", "wheel"];
  await run(join(next, "bin/python"), ["-m", "pip", "install", "--quiet", ...packages], {
    timeoutSeconds: 240,
  });
}

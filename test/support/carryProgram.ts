import { join } from "node:path";
import { execa } from "execa";
import type { Lab } from "../../lab";

/** Programs of this machine with the libraries that they need, in one archive for a host of the same Debian. */
export async function packPrograms(lab: Lab, programs: readonly string[]): Promise<string> {
  const { stdout } = await execa("ldd", programs);
  const libraries = [...stdout.matchAll(/=> (\/\S+)/g)].flatMap(([, path = ""]) =>
    /\/(libc|libm)\.so/.test(path) ? [] : [path],
  );
  const archive = join(lab.folder, "programs.tar");
  const files = [...programs, ...new Set(libraries)];
  await execa("tar", ["--create", "--dereference", "--absolute-names", "--file", archive, ...files]);
  return archive;
}

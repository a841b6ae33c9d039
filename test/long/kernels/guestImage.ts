import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder } from "../../support/tools";

/** A release with its own kernel, as set-up makes it. */
export interface GuestImage {
  readonly release: Release;
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
}

export const RELEASES = ["bullseye", "bookworm", "trixie"] as const;
export type Release = (typeof RELEASES)[number];

export function guestImage(release: Release): GuestImage {
  const folder = join(cacheFolder, "guests", release);
  return {
    release,
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
    disk: join(folder, "disk.img"),
  };
}

/** Why no guest of these releases can boot here, in one line with its remedy; `undefined` when they can. */
export function guestProblem(releases: readonly Release[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, "qemu-system-x86_64"))))
    return "no qemu-system-x86_64; run as root: npm run setup -- --for kernels";
  const missing = releases.find((release) => !existsSync(guestImage(release).disk));
  return missing && `no image of ${missing} with its kernel; run as root: npm run setup -- --for kernels`;
}

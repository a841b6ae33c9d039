import type { Script } from "./scriptCase";

/** The same script without a part of it, the longest parts first: what is played to find out what matters. */
export function withoutParts(script: Script): readonly Script[] {
  const { length } = script;
  const sizes = [Math.ceil(length / 2), Math.ceil(length / 4), Math.ceil(length / 8), 1];
  return [...new Set(sizes)].flatMap((size) =>
    Array.from({ length: Math.ceil(length / size) }, (_, index) =>
      script.toSpliced(index * size, size),
    ).filter((shorter) => shorter.some(({ kind }) => kind === "packet")),
  );
}

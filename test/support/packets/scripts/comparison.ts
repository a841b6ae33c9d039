import type { Knowledge } from "../../model/knockModel";

/** One thing about which kernel and model should say the same. */
export interface Comparison {
  readonly what: string;
  readonly kernel: string;
  readonly model: string;
}

/** Seconds by which the kernel's time left may differ from the model's even when nothing was slow. */
const TOLERANCE = 0.1;

export function agrees({ kernel, model }: Comparison): boolean {
  return kernel === model;
}

/** Whether both know the same, for another number of seconds. */
export function differsInTimeAlone({ kernel, model }: Comparison): boolean {
  const withoutTime = (text: string): string => text.replaceAll(/ for [\d.]+ s/g, "");
  return withoutTime(kernel) === withoutTime(model);
}

/** Compares all that is known of a source, the time left too, which may differ by `slack` seconds. */
export function compareKnowledge(
  what: string,
  kernel: Knowledge,
  model: Knowledge,
  slack: number,
): Comparison {
  const isClose = (name: string): boolean =>
    Math.abs((kernel.get(name) ?? 0) - (model.get(name) ?? 0)) <= TOLERANCE + slack;
  const describe = (knowledge: Knowledge): string =>
    [...knowledge]
      .map(([name, left]) => (isClose(name) ? name : `${name} for ${left.toFixed(1)} s`))
      .toSorted()
      .join("; ") || "nothing";
  return { what, kernel: describe(kernel), model: describe(model) };
}

/** The attempt that apply printed at its end, whatever a login printed before; under mocks a command prints nothing. */
export function attemptOf(printed = ""): string {
  return [...printed.matchAll(/^attempt ([0-9a-f-]{36})$/gm)].at(-1)?.[1] ?? "none";
}

/** Whether confirm printed what it prints when it is done, perhaps behind what a login left without a line break. */
export function isConfirmed(printed: string): boolean {
  return /portknock: confirmed$/m.test(printed);
}

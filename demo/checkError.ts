/** A claim of the account that turned out to be wrong. */
export class CheckError extends Error {
  constructor(
    readonly claim: string,
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`${claim}: expected ${expected}, seen ${seen}`);
    this.name = "CheckError";
  }
}

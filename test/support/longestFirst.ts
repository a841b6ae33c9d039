import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Takes longest of all that boot hosts, and is short to read: in a fresh clone nothing tells to begin with it. */
const LONGEST = "test/host/faults.test.ts";

/** As vitest orders files, but for the longest one, which would run alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

function isLongest({ moduleId }: TestSpecification): boolean {
  return moduleId.endsWith(LONGEST);
}

import type { Command } from "commander";
import { printReview } from "../components/review/printReview";
import { type Review, reviewPolicies } from "../components/review/reviewPolicies";
import { sideOfPolicy } from "../components/review/reviewSide";
import { rotatedSequences } from "../components/review/rotatedSequences";
import { usageError } from "./commandError";
import { POLICY_ARGUMENT, readFleet } from "./readPolicy";
import { reviewStack } from "./reviewStack";

interface ReviewFlags {
  readonly stack?: string;
  readonly cwd: string;
}

const EXAMPLES = `
Prints Markdown. It contains no port of a sequence and no key. Touches no host; with --stack, pulumi asks them how they
are unless the stack says portknock:probe: false.

Examples:
  $ portknock review old.json new.json
  $ git show main:policy.json | portknock review - policy.json
  $ portknock review --stack prod | gh pr comment --body-file -`;

export function addReviewCommand(program: Command): void {
  program
    .command("review")
    .summary("say in Markdown what a changed policy opens up and closes down")
    .description(
      "Compares two policies, or with --stack the policy that a Pulumi stack applied last with the one that its " +
        "program has now.",
    )
    .argument("[OLD.json]", POLICY_ARGUMENT)
    .argument("[NEW.json]", "the same, changed")
    .option("--stack <STACK>", "a stack of the Pulumi project, instead of two files")
    .option("--cwd <FOLDER>", "where the Pulumi project is", ".")
    .addHelpText("after", EXAMPLES)
    .action(runReview);
}

async function runReview(
  before: string | undefined,
  after: string | undefined,
  { stack, cwd }: ReviewFlags,
): Promise<void> {
  if (stack === undefined) {
    process.stdout.write(printReview(await reviewFiles(before, after)));
    return;
  }
  if (before !== undefined) {
    throw usageError("--stack takes the place of the two policies; give one or the other");
  }
  const reviews = await reviewStack({ stack, cwd });
  process.stdout.write(
    reviews.map(({ name, review }) => printReview(review, `${name} of ${stack}`)).join("\n"),
  );
}

async function reviewFiles(before: string | undefined, after: string | undefined): Promise<Review> {
  if (before === undefined || after === undefined) {
    throw usageError("two policies are needed; give OLD.json and NEW.json, or --stack");
  }
  if (before === "-" && after === "-") {
    throw usageError("standard input is one policy; give a file for the other");
  }
  const [old, now] = [await readFleet(before), await readFleet(after)];
  return reviewPolicies(sideOfPolicy(old), sideOfPolicy(now), {
    rotated: rotatedSequences(old.policy, now.policy),
  });
}

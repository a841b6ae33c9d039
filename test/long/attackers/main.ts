// What attackers reach who forge sources, fill sets or look at the clock: `npm run test:attackers`, about ten minutes.
import { labProblem } from "../../../lab";
import { createAttackerLab } from "./attackerLab";
import { measureForgedBlacklisting, measureForgedKnocker, measureForgedKnowledge } from "./forgedKnocker";
import { measureFullSets, measureTracking } from "./fullSets";
import { measureRoundTrips } from "./roundTrips";

const POLICY = { services: { ssh: { ports: ["22"], sequence: "7000,9000,8000" } } };
const MEASUREMENTS = [
  measureForgedKnocker,
  measureForgedKnowledge,
  measureForgedBlacklisting,
  measureFullSets,
  measureTracking,
  measureRoundTrips,
];

async function main(): Promise<void> {
  const problem = labProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 2;
    return;
  }
  await using lab = await createAttackerLab(POLICY);
  for (const measure of MEASUREMENTS) process.stdout.write(`${await measure(lab)}\n\n`);
}

main();

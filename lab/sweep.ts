// Removes what killed labs left behind: `node --import tsx lab/sweep.ts`.
import { sweepLabs } from "./sweepLabs";

for (const id of sweepLabs()) console.log(`removed ${id}`);

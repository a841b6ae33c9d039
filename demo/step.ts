import type { Account } from "./account";
import type { Scene } from "./scene";

/** One step of the story: what it does, it shows; what it shows, it checks. */
export interface Step {
  readonly title: string;
  play(scene: Scene, account: Account): Promise<void>;
}

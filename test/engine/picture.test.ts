import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderPicture } from "../../demo/picture/renderPicture";
import { playPictureStory } from "../../demo/picture/story";
import { openScene } from "../../demo/scene";
import { createLab, type Lab } from "../../lab";
import { realProblem } from "../support/realProblem";

// `npm run picture` makes it anew.
describe.skipIf(realProblem())("the README's picture", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab();
  });
  afterAll(async () => lab?.dispose());

  test("shows what happens", async () => {
    const story = await playPictureStory(await openScene(lab));
    await expect(renderPicture(story)).toMatchFileSnapshot(
      join(import.meta.dirname, "../../docs/picture.svg"),
    );
  });
});

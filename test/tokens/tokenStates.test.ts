import { describe, expect, it } from "vitest";
import {
  BOOTS_BACK,
  EVENTS,
  NEW_WORLD,
  secondUses,
  TIMER_STOPS,
  type TokenEvent,
  type TokenWorld,
} from "../support/tokenWorld";

type Events = Readonly<Record<string, TokenEvent>>;

/** The shortest story that lets somebody use a token twice, of so many events at most; and how many states there were. */
function search(
  events: Events,
  depth: number,
): { readonly story?: readonly string[]; readonly states: number } {
  const seen = new Set<string>([keyOf(NEW_WORLD)]);
  let worlds: readonly (readonly [TokenWorld, readonly string[]])[] = [[NEW_WORLD, []]];
  for (let step = 0; step < depth; step += 1) {
    const next: (readonly [TokenWorld, readonly string[]])[] = [];
    for (const [world, story] of worlds) {
      for (const [name, event] of Object.entries(events)) {
        const after = event(world);
        if (secondUses(after).length > 0) return { story: [...story, name], states: seen.size };
        const key = keyOf(after);
        if (!seen.has(key)) {
          seen.add(key);
          next.push([after, [...story, name]]);
        }
      }
    }
    worlds = next;
  }
  return { states: seen.size };
}

function keyOf({ kernel, used, ...world }: TokenWorld): string {
  return JSON.stringify([Object.values(world), [...kernel].toSorted(), [...used].toSorted()]);
}

describe("a token that was used", () => {
  it("does not come back by any eleven events, clocks that a boot sets back among them", () => {
    const { story, states } = search({ ...EVENTS, ...BOOTS_BACK }, 11);
    expect(story).toBe(undefined);
    expect(states).toBeGreaterThan(4000);
  });

  it("does not come back where the timer stops, by any eleven events, as long as no boot sets the clock back", () => {
    expect(search({ ...EVENTS, ...TIMER_STOPS }, 11).story).toBe(undefined);
  });

  it("could come back where the timer stops, and a boot sets the clock back", () => {
    expect(search({ ...EVENTS, ...TIMER_STOPS, ...BOOTS_BACK }, 11).story).toBeDefined();
  });

  it("would come back by a fill that forgot what it wrote down", () => {
    const forgetful = Object.fromEntries(
      Object.entries({ ...EVENTS, ...BOOTS_BACK }).map(([name, event]) => [
        name,
        (world: TokenWorld) => event({ ...world, bound: undefined }),
      ]),
    );
    expect(search(forgetful, 3).story).toBeDefined();
  });
});

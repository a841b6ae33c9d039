import { afterEach, expect, it, vi } from "vitest";
import { comeIn } from "../../components/client/comeIn";
import { LoopbackListener } from "./loopbackListener";

afterEach(() => void vi.restoreAllMocks());

it("waits for no time that is over already where the knocks alone take longer", async () => {
  const listener = new LoopbackListener("127.0.0.1");
  const sequence = [await listener.tcp(), await listener.udp(), await listener.tcp()];
  const waits = vi.spyOn(globalThis, "setTimeout");
  const coming = comeIn({
    host: "127.0.0.1",
    port: 1,
    opening: { kind: "sequence", sequence, delayMilliseconds: 20 },
    withinMilliseconds: 10,
  });
  await expect(coming).rejects.toMatchObject({ kind: "stillClosed" });
  // Node 24 warns of a timer that should have gone off before it was set.
  expect(waits.mock.calls.filter(([, milliseconds = 0]) => milliseconds < 0)).toEqual([]);
});

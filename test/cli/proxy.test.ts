import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { portknock } from "./portknock";

const KEY = { services: ["ssh"], ports: ["22/tcp"], sequence: "47001,47013/udp" };
const CARD = { version: 1, name: "web-1", address: "127.0.0.1", keys: [KEY] };

describe("portknock proxy", { timeout: 30_000 }, () => {
  let configFolder: string;
  let server: Server | undefined;
  beforeEach(async () => {
    configFolder = mkdtempSync(join(tmpdir(), "portknock-"));
    await portknock(["enroll", "web-1"], JSON.stringify(CARD), { configFolder });
  });
  afterEach(() => {
    server?.close();
    rmSync(configFolder, { recursive: true });
  });

  /** Through the proxy to a server of this machine. */
  async function through(serve: (socket: Socket) => void, input = "") {
    const listening = createServer({ allowHalfOpen: true }, serve).listen(0, "127.0.0.1");
    server = listening;
    await new Promise((resolve) => listening.once("listening", resolve));
    const { port } = listening.address() as AddressInfo;
    return portknock(["proxy", "web-1", `${port}`], input, { configFolder });
  }

  it("passes on what comes and goes, also what comes when nothing goes any more", async () => {
    const echo = (socket: Socket): void => {
      let heard = "";
      socket.on("data", (data) => {
        heard += `${data}`;
      });
      socket.on("end", () => socket.end(`heard ${heard}`));
    };
    expect(await through(echo, "hello")).toEqual({ exitCode: 0, stdout: "heard hello", stderr: "" });
  });

  it("does not end well where the connection is cut", async () => {
    const cut = (socket: Socket): void => {
      socket.write("hello", () => setTimeout(() => socket.resetAndDestroy(), 100));
    };
    expect(await through(cut)).toEqual({
      exitCode: 1,
      stdout: "hello",
      stderr: "portknock: 127.0.0.1: the connection was cut; see what ends it there, or on the way\n",
    });
  });

  it("says that the port opens and is closed again", async () => {
    const { exitCode, stderr } = await through((socket) => socket.end());
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("ended at once without a word")]);
  });
});

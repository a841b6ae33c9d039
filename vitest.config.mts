import { defineConfig } from "vitest/config";

// Hosts boot and real packets fly in `host` and `engine`: two files at a time is what two cores carry.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "pure",
          include: ["test/{golden,policy,ruleset,component,cli,remote}/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "real",
          include: ["test/{host,engine,contract,lab}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

const shared = { setupFiles: ["test/support/setup.ts"] };

/** The engine's command line as a process of its own, which takes its time to start. */
const engineProcesses = "engine/src/engine-*.test.ts";

/** Files that bring whole systems up: two of them at once keep two processors so busy that members miss the seconds which their settings give them. */
const oneAtATime = { fileParallelism: false };

const sideBySide = {
  testTimeout: 600_000,
  // Most of a run is one process starting after another: more than one a processor keeps both busy.
  maxConcurrency: 4,
  // What goes on side by side in a run is put in order before it is compared, but not all of it can be.
  retry: 1,
};

export default defineConfig({
  test: {
    // Not one less than there are, which on two processors would be one.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: [
            "{commands,components,engine,images,manager,policy,provider,settings,systems}/**/*.test.ts",
            "test/unit/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "engine/conformance/**", engineProcesses],
          // Pulumi and its providers take seconds to load: once for each worker, not for each file. Each file sets the mocks that it needs.
          isolate: false,
          // Programs that import all of Pulumi take seconds on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: "conformance",
          include: ["engine/conformance/golden.test.ts", engineProcesses],
          ...sideBySide,
        },
      },
      {
        test: {
          ...shared,
          name: "engines",
          include: ["engine/conformance/engines.test.ts"],
          ...sideBySide,
        },
      },
      {
        test: {
          ...shared,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          // A part is waited for most of the time: for a lease to end, a member to catch up. More at once only wait for each other.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...shared,
          name: "kubernetes",
          include: ["test/kubernetes/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Most of a test is waiting for controllers.
          maxConcurrency: 8,
          ...oneAtATime,
        },
      },
      {
        test: {
          ...shared,
          name: "operator",
          include: ["test/operator/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          ...oneAtATime,
        },
      },
      {
        test: {
          ...shared,
          name: "control-plane",
          include: ["test/control-plane/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // What one takes away all others on the cluster would miss.
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: "swarm",
          include: ["test/swarm/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          ...oneAtATime,
        },
      },
      {
        test: {
          ...shared,
          name: "acceptance",
          include: ["test/acceptance/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          ...oneAtATime,
        },
      },
      {
        test: {
          ...shared,
          name: "vps",
          include: ["test/vps/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          ...oneAtATime,
        },
      },
    ],
  },
});

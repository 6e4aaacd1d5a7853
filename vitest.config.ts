import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Loading the server costs more than most files' tests: the files of a worker share what they import.
    isolate: false,
    globalSetup: 'scripts/test-run.ts',
    // Tells a test that hangs; how long one may take is measured in bench/.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{engines,contracts,sdk,server,apps,scripts,bench}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.services.test.ts', '**/*.browser.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['apps/web/**/*.browser.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: ['server/**/*.services.test.ts'],
        },
      },
    ],
  },
});

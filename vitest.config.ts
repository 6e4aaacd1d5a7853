import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun last, one of these would run on alone when all others have ended. */
const longest = [
  'server/isolation/walk.test.ts',
  'apps/cli/backup.test.ts',
  'apps/cli/audit.test.ts',
  'server/platform/backup/backup.test.ts',
  'server/data/killed.test.ts',
  'server/isolation/fuzz.test.ts',
  'engines/text/questions/questions.suite.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((path) => moduleId.endsWith(path));
      return at === -1 ? longest.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // On two cores: tests wait for browsers, servers and disks, and three keep the cores busy.
    maxWorkers: 3,
    // Loading the server costs more than most files' tests: the files of a worker share what they import.
    isolate: false,
    globalSetup: 'scripts/test-run.ts',
    sequence: { sequencer: LongestFirst },
    // Tells a test that hangs; how long one may take is measured in bench/.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
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
          // Node reads the server as it does outside of tests, and faster than Vite turns it into something else.
          experimental: { viteModuleRunner: false },
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

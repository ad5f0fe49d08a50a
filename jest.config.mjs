/** The tests of every project; one project runs alone by `npx jest --selectProjects unit`. */
const folders = {
  unit: 'test/unit',
  doubles: 'test/doubles',
  support: 'test/support',
  databases: 'test/databases',
  conformance: 'test/conformance',
  n8n: 'test/adapters/n8n',
  zapier: 'test/adapters/zapier',
  parity: 'test/adapters/parity',
  e2e: 'test/e2e',
  load: 'test/load',
};

/** Tests that `npm run test:load` runs in full and on MySQL too; `npm test` runs samples of them on MariaDB, if any. */
const sampled = [
  'test/databases/mysql/*',
  'test/databases/value-property/*',
  'test/databases/postgres/postgres-values',
  'test/databases/sqlite/excel-load',
  'test/support/machine/mysql-family',
  'test/conformance/canary',
  'test/adapters/n8n/{canary,export-package,install,lint}',
  'test/adapters/zapier/{canary,narrow-calls,push}',
  'test/conformance/odd-answers',
  'test/unit/webhooks/fuzz',
  'test/unit/datasets/bytes/{bunzip2,unzstd}',
  'test/unit/datasets/excel/plain-rows',
  'test/unit/datasets/export/write-parquet',
  'test/unit/datasets/formats/read-property',
];

/**
 * Tests that only `npm run test:load` runs: of MySQL and MariaDB, all but those of the contract and of the values; and what only a
 * release does, because it installs packages and builds them twice.
 */
const thoroughOnly = [
  '/test/databases/mysql/mysql-(?!contract|values)',
  '/test/databases/value-property/mysql',
  '/test/adapters/n8n/export-package',
  '/test/adapters/zapier/push',
];

/** Seconds after which a test counts as hanging: long enough for a machine that is ten times as busy. */
const secondsPerTest = {
  unit: 300,
  doubles: 900,
  support: 900,
  databases: 900,
  conformance: 900,
  n8n: 900,
  zapier: 900,
  parity: 900,
  e2e: 1800,
  load: 1800,
  thorough: 1800,
};

/** TypeScript is stripped file by file, as Node does it, and becomes CommonJS for jest, like packages that come as ES modules only; types are checked by tsc. */
const transform = {
  '\\.ts$|/node_modules/(jose|hyparquet|hyparquet-compressors|hyparquet-writer)/.+\\.js$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
  ],
};

const project = (displayName, testMatch, thorough) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}.test.ts`),
  globals: { secondsPerTest: secondsPerTest[displayName], thorough },
  setupFilesAfterEnv: ['<rootDir>/test/support/machine/test-timeout.ts'],
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(jose|hyparquet|hyparquet-compressors|hyparquet-writer)/)'],
  modulePathIgnorePatterns: ['<rootDir>/test/output/'],
  testPathIgnorePatterns: ['/node_modules/', ...(thorough ? [] : thoroughOnly)],
});

export default {
  testSequencer: '<rootDir>/test/support/slow-first.mjs',
  projects: [
    ...Object.entries(folders).map(([name, folder]) => project(name, [`${folder}/**/*`], name === 'load')),
    project('thorough', sampled, true),
  ],
};

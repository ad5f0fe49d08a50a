/** The folder of every project; one project runs alone by `npx jest --selectProjects unit`. */
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

/** Seconds that one test may take, by project. */
const secondsPerTest = {
  unit: 5,
  doubles: 30,
  support: 300,
  databases: 120,
  conformance: 300,
  n8n: 300,
  zapier: 120,
  parity: 120,
  e2e: 600,
  load: 600,
};

/** TypeScript is stripped file by file, as Node does it, and becomes CommonJS for jest, like jose, which comes as ES modules only; types are checked by tsc. */
const transform = {
  '\\.ts$|/node_modules/jose/.+\\.js$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
  ],
};

const project = ([displayName, folder]) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/${folder}/**/*.test.ts`],
  globals: { secondsPerTest: secondsPerTest[displayName] },
  setupFilesAfterEnv: ['<rootDir>/test/support/machine/test-timeout.ts'],
  transform,
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  modulePathIgnorePatterns: ['<rootDir>/test/output/'],
});

export default { projects: Object.entries(folders).map(project) };

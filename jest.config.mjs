/** The folders of every project; one project runs alone by `npx jest --selectProjects unit`. */
const folders = {
  unit: ['test/unit'],
  sandbox: ['test/sandbox'],
  n8n: ['test/n8n', 'test/n8n-server'],
  zapier: ['test/zapier'],
  machine: ['test/machine'],
  datasets: ['test/datasets'],
  parity: ['test/parity'],
  conformance: ['test/conformance'],
  'end-to-end': ['test/end-to-end'],
  load: ['test/load'],
};

/** Seconds that one test may take, by project. */
const secondsPerTest = {
  unit: 5,
  sandbox: 30,
  n8n: 300,
  zapier: 120,
  machine: 120,
  datasets: 120,
  parity: 120,
  conformance: 300,
  'end-to-end': 600,
  load: 600,
};

/** TypeScript is stripped file by file, as Node does it, and becomes CommonJS for jest, like jose, which comes as ES modules only; types are checked by tsc. */
const transform = {
  '\\.ts$|/node_modules/jose/.+\\.js$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
  ],
};

const project = ([displayName, roots]) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: roots.map((root) => `<rootDir>/${root}/**/*.test.ts`),
  globals: { secondsPerTest: secondsPerTest[displayName] },
  setupFilesAfterEnv: ['<rootDir>/test/machine/test-timeout.ts'],
  transform,
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  modulePathIgnorePatterns: ['<rootDir>/test/output/'],
});

export default { projects: Object.entries(folders).map(project) };

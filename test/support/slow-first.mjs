// Starts the slowest test files first, so that no worker is left with one of them at the end. Jest only knows the
// duration of a file after a first run on the same machine.
import { createRequire } from 'node:module';

const jest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { default: Sequencer } = createRequire(jest.resolve('@jest/core'))('@jest/test-sequencer');

/** The slowest files, slowest first. */
const slow = [
  'e2e/editor',
  'n8n/install',
  'n8n/parking',
  'n8n/real-n8n',
  'zapier/canary',
  'conformance/canary',
  'n8n/run-pipeline',
  'n8n/lint',
  'n8n/canary',
  'n8n/databricks',
  'zapier/built-app',
  'zapier/conformance',
  'postgres/postgres-values',
];

/** The position of a test file in the run. */
const rankOf = ({ path }) => {
  const rank = slow.findIndex((name) => path.includes(`/${name}`));
  return rank < 0 ? slow.length : rank;
};

export default class SlowFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.toSorted((first, second) => rankOf(first) - rankOf(second));
  }
}

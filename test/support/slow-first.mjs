// Starts the slowest test files first, so that no worker is left with one of them at the end. Jest only knows the
// duration of a file after a first run on the same machine.
import { createRequire } from 'node:module';

const jest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { default: Sequencer } = createRequire(jest.resolve('@jest/core'))('@jest/test-sequencer');

/** The slowest files, slowest first. */
const slow = [
  'n8n/parking',
  'e2e/editor',
  'n8n-server/n8n-server',
  'n8n/lint',
  'n8n/real-n8n',
  'conformance/canary',
  'value-property/postgres',
  'mysql/mysql-values',
  'databases/faults',
  'mysql/mysql-load',
  'databases/load.',
  'zapier/zapier-runtime',
  'mysql/mysql-tables',
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

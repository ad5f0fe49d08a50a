import type { Capabilities } from '../capabilities.ts';

/** What SQLite can do. */
export const sqliteCapabilities: Capabilities = {
  atomicLoads: true,
  transactionalDdl: true,
  addColumns: true,
  changeTypes: { no: 'SQLite cannot change the type of a column' },
  parallelConnections: { no: 'SQLite lets one connection write at a time' },
  schemas: { no: 'SQLite has no schemas' },
  concurrentLoads: {
    no: 'Both stage their rows at the same time; the second one is refused when the first changed the definition of the table',
  },
  detectsTriggers: true,
  exportQuery: true,
  testedOnServer: true,
};

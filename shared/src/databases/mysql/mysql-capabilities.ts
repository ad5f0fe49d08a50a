import type { Capabilities } from '../capabilities.ts';

/** What MySQL and MariaDB can do. */
export const mysqlCapabilities: Capabilities = {
  atomicLoads: true,
  transactionalDdl: {
    no: 'DDL commits in MySQL, so Evolve Table changes the table shortly before its rows are published',
  },
  addColumns: true,
  changeTypes: true,
  parallelConnections: { no: 'The load uses one connection' },
  schemas: true,
  concurrentLoads: true,
  detectsTriggers: { no: 'Only for a user with the TRIGGER privilege: the server hides triggers from other users' },
  exportQuery: true,
  testedOnServer: true,
};

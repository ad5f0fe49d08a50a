import type { Capabilities } from '../capabilities.ts';

/** What SQL Server and Azure SQL can do. */
export const sqlServerCapabilities: Capabilities = {
  atomicLoads: true,
  transactionalDdl: true,
  addColumns: true,
  changeTypes: true,
  parallelConnections: { no: 'The load uses one connection' },
  schemas: true,
  concurrentLoads: true,
  detectsTriggers: true,
  exportQuery: {
    no: 'The driver rounds decimals of a query, and SQL Server has no read-only transactions; Export Table is supported',
  },
  testedOnServer: { no: 'Only a test double of the server protocol was available' },
};

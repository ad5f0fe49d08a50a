import type { Capabilities } from '../capabilities.ts';

/** What PostgreSQL can do. */
export const postgresCapabilities: Capabilities = {
  atomicLoads: true,
  transactionalDdl: true,
  addColumns: true,
  changeTypes: true,
  parallelConnections: true,
  schemas: true,
  concurrentLoads: true,
  detectsTriggers: true,
  exportQuery: true,
  testedOnServer: true,
};

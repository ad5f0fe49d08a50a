/** Whether an engine can do something, or why it cannot. */
export type Capability = true | { no: string };

/** What an engine can do. Refusals for want of it take their text from here; the contract suite tests it, and docs/datasets.md must show it as a table. */
export interface Capabilities {
  /** Rows become visible atomically: all or none. */
  atomicLoads: Capability;
  /** A new or changed table is rolled back with the rows. */
  transactionalDdl: Capability;
  /** Evolve Table adds missing columns. */
  addColumns: Capability;
  /** Evolve Table changes a column type that values do not fit. */
  changeTypes: Capability;
  /** A new table is filled over several connections. */
  parallelConnections: Capability;
  /** Tables can be in a schema, or in another database of the server. */
  schemas: Capability;
  /** A second load into the same table waits for the first one. */
  concurrentLoads: Capability;
  /** The rows that triggers drop, move or change are detected. */
  detectsTriggers: Capability;
  /** The result of a query is exported. */
  exportQuery: Capability;
  /** The engine was tested against a real server. */
  testedOnServer: Capability;
}

/** The names of the capabilities in the documentation. */
export const capabilityLabels: Record<keyof Capabilities, string> = {
  atomicLoads: 'Atomic loads',
  transactionalDdl: 'Table changes in the same transaction',
  addColumns: 'Evolve Table: new columns',
  changeTypes: 'Evolve Table: wider types',
  parallelConnections: 'Parallel Connections',
  schemas: 'Schema',
  concurrentLoads: 'Concurrent loads wait for each other',
  detectsTriggers: 'Detects rows that triggers change',
  exportQuery: 'Export Query',
  testedOnServer: 'Tested on a real server',
};

/**
 * The reason why an engine cannot do something.
 * @returns undefined where it can
 */
export function reasonAgainst(capability: Capability): string | undefined {
  return capability === true ? undefined : capability.no;
}

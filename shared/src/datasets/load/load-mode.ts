/** How rows are loaded: create a table, replace its rows, append rows, or update rows with the same key and insert the others. */
export const loadModes = ['create', 'replace', 'append', 'upsert'] as const;

/** One of `loadModes`. */
export type LoadMode = (typeof loadModes)[number];

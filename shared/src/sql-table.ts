import type { Service } from './define/service.ts';
import { defineSqlTableService as tableOf } from './tables/sql-table/service.ts';
import { sources } from './sources.ts';

/**
 * Tables of SQL databases, with every dataset that can be loaded straight from its service. It needs drivers of Node.
 */
export const sqlTable: Service = tableOf(sources);

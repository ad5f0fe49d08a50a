import type { Service } from '../define/service.ts';
import { defineSqlTableService } from '../tables/sql-table/service.ts';

/** The SQL Table service: loads a file or a URL. Its database drivers need Node. */
export const sqlTable: Service = defineSqlTableService();

import type { Service } from '../define/service.ts';
import { defineSqlTableService } from '../tables/sql-table/service.ts';
import { datasetSources } from './dataset-sources.ts';

/** The SQL Table service with every dataset source. Its database drivers need Node. */
export const sqlTable: Service = defineSqlTableService(datasetSources);

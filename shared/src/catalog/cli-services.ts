import { services } from '../catalog.ts';
import type { Service } from '../define/service.ts';
import { webAddress } from '../services/web-address/service.ts';
import { defineDatasetService } from '../tables/dataset/service.ts';
import { sourcesOf, type DatasetSource } from '../tables/dataset-sources.ts';
import { defineSqlTableService } from '../tables/sql-table/service.ts';

const vendors = [...services, webAddress];

/** Every download operation that Dataset and SQL Table of the command line can read from directly. */
export const datasetSources: readonly DatasetSource[] = vendors.flatMap(sourcesOf);

const withSources = [defineDatasetService(datasetSources), defineSqlTableService(datasetSources)];

/**
 * The services of the command line: the catalog, in which Dataset and SQL Table also read directly from other services, and
 * Web Address. On the platforms a node or step has one connection, so a previous one downloads the file.
 */
export const cliServices: readonly Service[] = vendors.map(
  (service) => withSources.find(({ key }) => key === service.key) ?? service,
);

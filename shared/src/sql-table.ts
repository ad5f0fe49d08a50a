import { isDownload } from './operations/download.ts';
import type { Service } from './operations/service.ts';
import type { DatasetSource } from './services/sql/dataset-sources.ts';
import { mode } from './services/mode/service.ts';
import { quantemplate } from './services/quantemplate/service.ts';
import { sqlTable as tableOf } from './services/sql/service.ts';

/** The services whose downloads are CSV datasets. */
const withDatasets: readonly Service[] = [quantemplate, mode];

const capitalize = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The downloads of a service as sources of a dataset: `quantemplateDownloadDataset`. */
export function datasetSources({ key, name, connection, operations }: Service): DatasetSource[] {
  return operations.filter(isDownload).map((download) => ({
    key: `${key}${capitalize(download.key)}`,
    label: `${name}: ${download.name}`,
    connection,
    download,
  }));
}

/**
 * Tables of SQL databases, with every dataset that can be loaded straight from its service. It needs drivers of Node.
 */
export const sqlTable: Service = tableOf(withDatasets.flatMap(datasetSources));

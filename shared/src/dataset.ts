import type { Service } from './define/service.ts';
import { defineDatasetService as datasetOf } from './tables/dataset/service.ts';
import { sources } from './sources.ts';

/** Datasets, straight from every service that has some. It needs nothing of Node. */
export const dataset: Service = datasetOf(sources);

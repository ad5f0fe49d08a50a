import type { Service } from '../define/service.ts';
import { defineDatasetService } from '../tables/dataset/service.ts';
import { datasetSources } from './dataset-sources.ts';

/** The Dataset service with every dataset source. It needs no Node APIs. */
export const dataset: Service = defineDatasetService(datasetSources);

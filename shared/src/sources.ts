import { datasetSources, type DatasetSource } from './datasets/operations/dataset-sources.ts';
import { mode } from './services/mode/service.ts';
import { quantemplate } from './services/quantemplate/service.ts';

/** Everything from which a dataset can come straight: the downloads of the services. */
export const sources: readonly DatasetSource[] = [quantemplate, mode].flatMap(datasetSources);

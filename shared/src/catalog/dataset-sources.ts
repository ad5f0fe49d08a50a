import { databricks } from '../services/databricks/service.ts';
import { dbt } from '../services/dbt/service.ts';
import { mode } from '../services/mode/service.ts';
import { quantemplate } from '../services/quantemplate/service.ts';
import { slack } from '../services/slack/service.ts';
import { webAddress } from '../services/web-address/service.ts';
import { sourcesOf, type DatasetSource } from '../tables/dataset-sources.ts';

/** Every download operation that Dataset and SQL Table can read from directly. */
export const datasetSources: readonly DatasetSource[] = [
  quantemplate,
  mode,
  dbt,
  databricks,
  slack,
  webAddress,
].flatMap(sourcesOf);

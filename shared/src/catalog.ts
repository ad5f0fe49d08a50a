import type { Service } from './define/service.ts';
import { dataset } from './catalog/dataset.ts';
import { dataFactory } from './services/azure/data-factory/service.ts';
import { azureMonitor } from './services/azure/monitor/service.ts';
import { webhookActivity } from './services/azure/webhook-activity/service.ts';
import { synapse } from './services/azure/synapse/service.ts';
import { databricks } from './services/databricks/service.ts';
import { dbt } from './services/dbt/service.ts';
import { eventGrid } from './services/event-grid/service.ts';
import { fabric } from './services/fabric/service.ts';
import { mode } from './services/mode/service.ts';
import { powerBi } from './services/power-bi/service.ts';
import { quantemplate } from './services/quantemplate/service.ts';
import { restJob } from './services/rest-job/service.ts';
import { signedWebhook } from './services/signed-webhook/service.ts';
import { slack } from './services/slack/service.ts';
import { tableau } from './services/tableau/service.ts';
import { sqlTable } from './catalog/sql-table.ts';

/** Every service, in display order. */
export const services: readonly Service[] = [
  quantemplate,
  dbt,
  mode,
  powerBi,
  tableau,
  dataFactory,
  synapse,
  fabric,
  azureMonitor,
  webhookActivity,
  databricks,
  restJob,
  eventGrid,
  slack,
  dataset,
  sqlTable,
  signedWebhook,
];

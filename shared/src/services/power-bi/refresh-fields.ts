import * as v from 'valibot';
import { boolean, integer, list, option } from '../../define/fields.ts';
import { whether } from '../../host/wording.ts';

/** The types of a refresh. */
export const refreshTypes = [
  { value: 'full', label: 'Full', description: 'Load all data again and recalculate' },
  { value: 'automatic', label: 'Automatic', description: 'Load and recalculate only what is not up to date' },
  { value: 'dataOnly', label: 'Data Only', description: 'Load all data again, without recalculating' },
  { value: 'calculate', label: 'Calculate', description: 'Recalculate without loading data' },
  { value: 'clearValues', label: 'Clear Values', description: 'Delete the data' },
  { value: 'defragment', label: 'Defragment', description: 'Compact the dictionaries of the columns' },
] as const;

/** Input fields for how Power BI refreshes, which it does not report afterwards. */
export const processingFields = {
  applyRefreshPolicy: v.optional(
    boolean({
      label: 'Apply Refresh Policy',
      help: whether(
        'apply the incremental refresh policies of the tables. Otherwise all existing partitions are refreshed.',
      ),
      advanced: true,
    }),
    true,
  ),
  retryCount: v.optional(
    integer({
      label: 'Retry Count',
      help: 'How often Power BI tries again if the refresh fails.',
      minimum: 0,
      maximum: 10,
      advanced: true,
    }),
    0,
  ),
  maxParallelism: v.optional(
    integer({
      label: 'Max Parallelism',
      help: 'Maximum number of tables and partitions that Power BI refreshes at the same time.',
      minimum: 1,
      maximum: 100,
      advanced: true,
    }),
    10,
  ),
};

/** Input fields for what Power BI refreshes, and how. */
export const refreshFields = {
  tables: v.optional(
    list({
      label: 'Tables',
      help: 'Names of the tables to refresh, one per line; Claims[2026] is the partition 2026 of the table Claims. Leave empty to refresh the whole semantic model.',
      placeholder: 'Claims',
      multiline: true,
    }),
  ),
  type: v.optional(
    option(refreshTypes, { label: 'Refresh Type', help: 'How Power BI processes the tables.', advanced: true }),
    'full',
  ),
  ...processingFields,
};

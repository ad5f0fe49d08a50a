import type { KnownCause } from '../../../runs/known-causes.ts';

/**
 * Known failures of Data Factory and Synapse activities.
 * @see https://learn.microsoft.com/azure/data-factory/data-factory-troubleshoot-guide
 */
export const pipelineCauses: readonly KnownCause[] = [
  {
    pattern: /integration runtime.*(offline|not (available|running|connected))|self-hosted/i,
    advice: 'The integration runtime is not available. Start it on its machine or select another one for the activity.',
  },
  {
    pattern: /linked service/i,
    advice: 'Check the linked service of the activity and test its connection in the studio.',
  },
  {
    pattern: /UserErrorSourceBlobNotExist|UserErrorFileNotFound|PathNotFound/i,
    advice: 'The source file does not exist. Check its path and whether it arrived in time.',
  },
  {
    pattern: /parameter .*(missing|not provided)|expression .* cannot be evaluated|InvalidTemplate/i,
    advice: 'An expression of the pipeline cannot be evaluated. Check the parameters of the run.',
  },
];

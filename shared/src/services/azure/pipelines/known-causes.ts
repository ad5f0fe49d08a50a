import type { KnownCause } from '../../../runs/known-causes.ts';

/**
 * Failures of activities that only Data Factory and Synapse have.
 * @see https://learn.microsoft.com/azure/data-factory/data-factory-troubleshoot-guide
 */
export const pipelineCauses: readonly KnownCause[] = [
  {
    pattern: /integration runtime.*(offline|not (available|running|connected))|self-hosted/i,
    advice: 'The integration runtime does not work: start it on its machine, or let another one do the step.',
  },
  {
    pattern: /linked service/i,
    advice: 'Look at the linked service of the step, and test its connection in the studio.',
  },
  {
    pattern: /UserErrorSourceBlobNotExist|UserErrorFileNotFound|PathNotFound/i,
    advice: 'The file that the step reads is not there: check its path, and whether it came in time.',
  },
  {
    pattern: /parameter .*(missing|not provided)|expression .* cannot be evaluated|InvalidTemplate/i,
    advice: 'An expression of the pipeline cannot be worked out: check the parameters that the run was given.',
  },
];

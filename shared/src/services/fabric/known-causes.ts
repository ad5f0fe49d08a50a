import type { KnownCause } from '../../runs/known-causes.ts';

/**
 * Failures and skipped runs specific to Fabric.
 * @see https://learn.microsoft.com/fabric/data-engineering/job-queueing-for-fabric-spark
 */
export const fabricCauses: readonly KnownCause[] = [
  {
    pattern: /\bDeduped\b/,
    advice: 'Run it again when the other run has finished, or turn on Reuse Active Run in this step.',
  },
  {
    pattern: /TooManyRequestsForCapacity|CapacityLimitExceeded|capacity/i,
    advice: 'The Fabric capacity is busy. Run it again when other jobs have finished, or use a larger capacity.',
  },
  {
    pattern: /connection.*(not found|credential|permission)|UserErrorInvalidConnection|DMTS_/i,
    advice:
      'Check the connection that the activity uses under Manage connections and gateways, and its owner: a pipeline runs as the user who edited it last.',
  },
  {
    pattern: /failed without detail error/i,
    advice: 'Fabric reported no cause. Open the run in the monitoring hub of Fabric to see its log.',
  },
];

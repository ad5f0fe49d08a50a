import type { INodeProperties } from 'n8n-workflow';

/** The option that turns failed executions for rejected events on or off. */
export const reportRejectedName = 'reportRejectedEvents';

/** The option of webhook triggers that reports rejected events where n8n reports failures. */
export const reportRejectedOption: INodeProperties = {
  displayName: 'Report Rejected Events',
  name: reportRejectedName,
  type: 'boolean',
  default: true,
  description:
    'Whether to add a failed execution with the reason when an event is rejected. Adds at most one per hour for each reason, and at most five per hour.',
};

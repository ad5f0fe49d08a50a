import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import { reportStart } from './emit-and-confirm.ts';
import { nodeError } from './error.ts';
import { readSampleEvent, testsWithSample } from './sample-event.ts';

/** The field of an item that reports, in a test, why a delivery started no workflow. */
const rejectionField = 'rejectedDelivery';

/** An item that makes a test fail with an explanation. */
export function rejectionItem(message: string, description: string): INodeExecutionData {
  return { json: { [rejectionField]: { message, description } } };
}

function throwRejection(context: IExecuteFunctions, [item]: INodeExecutionData[]): void {
  const rejection = item?.json[rejectionField] as { message: string; description: string } | undefined;
  if (rejection)
    throw new NodeOperationError(context.getNode(), rejection.message, { description: rejection.description });
}

/**
 * What a webhook trigger does when an execution starts: it outputs the delivered events. Without output, n8n would wait for a
 * second event in a test. A test outputs a sample event, or fails with the reason why the delivery was rejected.
 */
export async function beginExecution(context: IExecuteFunctions, service: Service): Promise<INodeExecutionData[][]> {
  const items = context.getInputData();
  if (context.getMode() === 'trigger') reportStart(context, items);
  if (context.getMode() !== 'manual') return [items];
  throwRejection(context, items);
  try {
    return [testsWithSample(context) ? [await readSampleEvent(context, service)] : items];
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}

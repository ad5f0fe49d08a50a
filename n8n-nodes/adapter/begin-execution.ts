import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import { reportStart } from './emit-and-confirm.ts';
import { nodeError } from './error.ts';
import { readSampleEvent, testsWithSample } from './sample-event.ts';

/** The field of an item that reports, in a test, why a delivery started no workflow. */
const refusalField = 'refusedDelivery';

/** An item that makes a test fail with an explanation. */
export function refusalItem(message: string, description: string): INodeExecutionData {
  return { json: { [refusalField]: { message, description } } };
}

function throwRefusal(context: IExecuteFunctions, [item]: INodeExecutionData[]): void {
  const refusal = item?.json[refusalField] as { message: string; description: string } | undefined;
  if (refusal) throw new NodeOperationError(context.getNode(), refusal.message, { description: refusal.description });
}

/**
 * What a webhook trigger does when an execution starts: it outputs the delivered events. Without output, n8n would wait for a
 * second event in a test. A test outputs a sample event, or fails with the reason why the delivery was rejected.
 */
export async function beginExecution(context: IExecuteFunctions, service: Service): Promise<INodeExecutionData[][]> {
  const items = context.getInputData();
  if (context.getMode() === 'trigger') reportStart(context, items);
  if (context.getMode() !== 'manual') return [items];
  throwRefusal(context, items);
  try {
    return [testsWithSample(context, service) ? [await readSampleEvent(context, service)] : items];
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}

import type { IExecuteFunctions } from 'n8n-workflow';
import type { Host } from '../../shared/src/host/host.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { hasActiveTrigger } from './emitters.ts';
import { eventKeyOf } from './event-key.ts';
import { exclusively } from './exclusive.ts';

/**
 * Identifies the work for one item, in loops too. It stays the same when n8n retries the node (Retry On Fail), and is undefined
 * when a single node is tested in the editor.
 */
function executionKeyOf(context: IExecuteFunctions, itemIndex: number): string | undefined {
  const executionId: string | undefined = context.getExecutionId();
  if (context.getMode() === 'manual' || !executionId) return undefined;
  const runIndex = String(context.evaluateExpression('{{ $runIndex }}', itemIndex));
  return [executionId, context.getNode().id, runIndex, itemIndex].join(':');
}

/**
 * Whether no other process can run an execution of the workflow: its trigger is active in this process, but executions run
 * here only if n8n has a single process.
 */
const isOnlyProcess = (context: IExecuteFunctions): boolean => hasActiveTrigger(String(context.getWorkflow().id));

/** What identifies the start of a run for one item. */
export function startIdentity(
  context: IExecuteFunctions,
  itemIndex: number,
): Pick<Host, 'executionKey' | 'eventKey' | 'isRetry' | 'exclusive'> {
  // A test in the editor that failed must be repeatable.
  if (context.getMode() === 'manual') return { isRetry: true };
  return {
    isRetry: context.getMode() === 'retry',
    ...(isOnlyProcess(context) ? {} : { exclusive: (work) => exclusively(context, work) }),
    ...withoutUndefined({ executionKey: executionKeyOf(context, itemIndex), eventKey: eventKeyOf(context, itemIndex) }),
  };
}

import type { NodeExecutionHint } from 'n8n-workflow';
import type { Output } from '../../shared/src/define/operation.ts';

/**
 * What a user should know about a result that its items do not show: that a run was not started by this node, how the answers of a
 * tool that the user describes were read, and how a file was read, if the items are its rows or columns.
 * @param isListed whether the items are entries of a list in the result
 */
export function executionHints(result: Output, isListed: boolean): NodeExecutionHint[] {
  const hint = (message: string): NodeExecutionHint => ({ message, type: 'info', location: 'outputPane' });
  const { reused, format, readAs } = result;
  return [
    ...(reused === true
      ? [hint('This run was started earlier for the same event or Start Key, so no second run was started.')]
      : []),
    ...(typeof readAs === 'string' ? [hint(readAs)] : []),
    ...(isListed && typeof format === 'string' ? [hint(format)] : []),
  ];
}

import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { wordingFor } from '../../shared/src/host/wording.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { redact } from '../../shared/src/host/redact.ts';

/** An error of n8n, with the item that caused it. */
export type NodeError = NodeApiError | NodeOperationError;

/**
 * Converts an error to an n8n error: what happened becomes the message, what to do the description. An error response from a
 * vendor becomes a `NodeApiError` with its status.
 */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeError {
  const at = withoutUndefined({ itemIndex });
  if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
  if (!(error instanceof PipewrightError)) return new NodeOperationError(node, redact(describeError(error, 'n8n')), at);
  const { status } = error;
  const message = redact(error.message);
  const hint = error.hint === undefined ? undefined : redact(wordingFor(error.hint, 'n8n'));
  const shown = withoutUndefined({ message, description: hint });
  const options = { ...shown, ...at };
  if (status === undefined) return new NodeOperationError(node, message, options);
  return new NodeApiError(node, shown, {
    ...options,
    httpCode: String(status),
  });
}

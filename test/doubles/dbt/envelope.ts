import { json, Refusal, type Reply } from '../server/reply.ts';
import { wholeNumber, type SandboxRequest } from '../server/request.ts';

const status = (code: number, message: string) => ({
  code,
  is_success: code < 400,
  user_message: message,
  developer_message: '',
});

/** A response in dbt's envelope. @see https://docs.getdbt.com/dbt-cloud/api-v2 */
export function enveloped(data: unknown, extra?: unknown): Reply {
  return json(200, { status: status(200, 'Success!'), data, ...(extra ? { extra } : {}) });
}

/** One page of a list in dbt's envelope; at most 100 entries. */
export function envelopedPage(request: SandboxRequest, entries: unknown[]): Reply {
  const limit = Math.min(wholeNumber(request, 'limit', 100), 100);
  const offset = wholeNumber(request, 'offset', 0);
  const page = entries.slice(offset, offset + limit);
  const filters = Object.fromEntries(request.query);
  return enveloped(page, {
    filters: { ...filters, limit, offset },
    order_by: request.query.get('order_by'),
    pagination: { count: page.length, total_count: entries.length },
  });
}

/** A dbt error response. */
export function dbtRefusal(code: number, message: string): Refusal {
  return new Refusal(json(code, { status: status(code, message), data: null }));
}

/** A dbt timestamp: with a space and microseconds, which is not strict ISO 8601. */
export function dbtTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000+00:00');
}

/** A duration as `HH:MM:SS`. */
export function dbtDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

import type { SandboxRequest } from '../server/request.ts';

/** A Slack error: HTTP 200 with an error code. */
export class SlackError extends Error {
  readonly more: Record<string, unknown>;

  constructor(code: string, more: Record<string, unknown> = {}) {
    super(code);
    this.more = more;
  }
}

/** Arguments of a call. */
export type Arguments = Record<string, unknown>;
/** Executes a method. Returns the response without `ok`. */
export type Method = (input: Arguments) => Record<string, unknown>;

/** Reads the arguments of a call from the query, a form or JSON; lists and objects in a form are JSON. */
export function readArguments(request: SandboxRequest): Arguments {
  const query: Arguments = Object.fromEntries(request.query);
  const body = request.body.toString('utf8');
  if (/^application\/json/i.test(request.headers['content-type'] ?? '')) {
    try {
      return { ...query, ...(JSON.parse(body || '{}') as Arguments) };
    } catch {
      throw new SlackError('invalid_json');
    }
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
}

/** Reads a list, also from JSON text. */
export function readList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A value as text; empty if missing. */
export const string = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

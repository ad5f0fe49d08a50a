import type { SandboxRequest } from '../server/request.ts';

/** What Slack says instead of an answer: HTTP 200 with the reason. */
export class SlackError extends Error {
  readonly more: Record<string, unknown>;

  constructor(code: string, more: Record<string, unknown> = {}) {
    super(code);
    this.more = more;
  }
}

/** Arguments of a call. */
export type Arguments = Record<string, unknown>;
/** Does the work of a method and answers what stands beside `ok`. */
export type Method = (given: Arguments) => Record<string, unknown>;

/** Reads the arguments of a call: the query, a form, or JSON; lists and objects in a form are JSON text. */
export function readArguments(request: SandboxRequest): Arguments {
  const given: Arguments = Object.fromEntries(request.query);
  const body = request.body.toString('utf8');
  if (/^application\/json/i.test(request.headers['content-type'] ?? '')) {
    try {
      return { ...given, ...(JSON.parse(body || '{}') as Arguments) };
    } catch {
      throw new SlackError('invalid_json');
    }
  }
  return { ...given, ...Object.fromEntries(new URLSearchParams(body)) };
}

/** A list, also one given as JSON text. */
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

/** A value as text; empty when there is none. */
export const string = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

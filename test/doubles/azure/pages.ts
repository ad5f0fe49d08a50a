import { azureRefusal } from './refusal.ts';

/** Entries of a page; Azure's own pages are longer, these are short so that paging happens. */
export const pageSize = 20;

const encode = (offset: number): string => Buffer.from(JSON.stringify({ offset })).toString('base64url');

function decode(token: string): number {
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { offset?: unknown };
    if (Number.isInteger(offset)) return offset as number;
  } catch {
    // Refused below.
  }
  throw azureRefusal(400, 'InvalidContinuationToken', 'The continuation token is not valid.');
}

/** One page of a list, from the continuation token on, and the token of the next page. */
export function page<T>(entries: T[], token: string | undefined | null): { value: T[]; next?: string } {
  const offset = token ? decode(token) : 0;
  const value = entries.slice(offset, offset + pageSize);
  return offset + pageSize < entries.length ? { value, next: encode(offset + pageSize) } : { value };
}

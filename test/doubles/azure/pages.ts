import { azureRefusal } from './refusal.ts';

/** Entries per page; fewer than in Azure, so that tests page. */
export const pageSize = 20;

const encode = (offset: number): string => Buffer.from(JSON.stringify({ offset })).toString('base64url');

function decode(token: string): number {
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { offset?: unknown };
    if (Number.isInteger(offset)) return offset as number;
  } catch {
    // Rejected below.
  }
  throw azureRefusal(400, 'InvalidContinuationToken', 'The continuation token is not valid.');
}

/** The page of a list at a continuation token, with the token of the next page. */
export function page<T>(entries: T[], token: string | undefined | null): { value: T[]; next?: string } {
  const offset = token ? decode(token) : 0;
  const value = entries.slice(offset, offset + pageSize);
  return offset + pageSize < entries.length ? { value, next: encode(offset + pageSize) } : { value };
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal, text } from './reply.ts';

/** A request to a vendor's route. */
export interface SandboxRequest {
  method: string;
  /** Path with the vendor's prefix, without the query, still encoded. */
  path: string;
  /** Values of the `{names}` in the route's path, decoded. */
  parameters: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Reads a request body into memory. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** The JSON object in a body; `{}` for an empty body. */
export function readJson(request: SandboxRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Rejected below, like JSON that is not an object.
  }
  throw new Refusal(text(400, 'The body is not a JSON object.'));
}

/** The fields of an `application/x-www-form-urlencoded` body. */
export function readForm(request: SandboxRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString('utf8'));
}

/** A path parameter of the route. */
export function parameter(request: SandboxRequest, name: string): string {
  return request.parameters[name] ?? '';
}

/** A whole number from the query, or the default. */
export function wholeNumber(request: SandboxRequest, name: string, otherwise: number): number {
  const value = Number(request.query.get(name) ?? Number.NaN);
  return Number.isInteger(value) && value >= 0 ? value : otherwise;
}

/** The token of a `Bearer` header, or undefined. */
export function bearerToken(request: SandboxRequest): string | undefined {
  return /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

import type { Bytes } from './bytes.ts';

/** Header names in lower case. */
export type Headers = Record<string, string>;

/** An HTTP request. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Absolute URL, including the query. */
  url: string;
  headers: Headers;
  /** Text, bytes, or a stream with its length if the server requires one. */
  body?: string | Uint8Array | { stream: Bytes; length?: number };
  /** How to read the response: `stream` leaves the body unread in `HttpResponse.stream`. Default: `text`. */
  answer?: 'text' | 'stream';
  /** Milliseconds until a text response is complete, or until the headers of a stream arrive; a stream must not stall afterwards. Default: 30,000. */
  timeout?: number;
  /** Whether to follow a redirect or return it as the response (`answer`). Default: `follow`. */
  redirects?: 'follow' | 'answer';
  /** Whether to bypass a proxy, if the platform allows it; for addresses that exist only on this machine. Default: false. */
  direct?: boolean;
  /** Whether to send the request even after the execution was stopped, such as one that cancels a run. Default: false. */
  afterStop?: boolean;
}

/** An HTTP response of any status. */
export interface HttpResponse {
  status: number;
  headers: Headers;
  /** The body if it was requested as text; empty otherwise. */
  text: string;
  /** The body if it was requested as a stream. */
  stream?: Bytes;
  /** `Content-Length` of a response that the platform may have decompressed; the header is then removed. */
  sentLength?: number;
}

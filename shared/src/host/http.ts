import type { Bytes } from './bytes.ts';

/** Header names in lower case. */
export type Headers = Record<string, string>;

/** A request as a platform sends it. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Complete address with its query. */
  url: string;
  headers: Headers;
  /** Text, or a stream with its length where the receiver needs one. */
  body?: string | Uint8Array | { stream: Bytes; length?: number };
  /** `stream` leaves the body unread for `HttpResponse.stream`. Default: `text`. */
  answer?: 'text' | 'stream';
  /** Milliseconds until a text answer has come whole, or until the head of a stream has come; a stream then may not stand still. Default: 30,000. */
  timeout?: number;
  /** Whether an answer that leads to another address is followed, or is the answer itself. Default: `follow`. */
  redirects?: 'follow' | 'answer';
  /** Sent also when the execution was stopped, for that is what it is about. Default: false. */
  afterStop?: boolean;
}

/** An answer of any status. */
export interface HttpResponse {
  status: number;
  headers: Headers;
  /** The body, when it was asked for as text; else empty. */
  text: string;
  /** The body, when it was asked for as a stream. */
  stream?: Bytes;
  /** `Content-Length`, where the platform does not tell whether it unpacked the body since, so that it stands in no header. */
  sentLength?: number;
}

import type { Bytes } from './bytes.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Platform } from './wording.ts';

/** A value store with a time to live; what it holds may vanish at any moment. */
export interface Cache {
  get(key: string): Promise<unknown>;
  /** @param seconds time to live */
  set(key: string, value: unknown, seconds: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A file that a platform handed to an operation. */
export interface IncomingFile {
  name: string;
  mediaType: string;
  /** Length in bytes, where the platform knows it. */
  size?: number;
  open(): Promise<Bytes>;
}

/** A file whose bytes are about to come. */
export interface OpenedFile {
  name: string;
  mediaType: string;
  bytes: Bytes;
  /** Length in bytes, where the sender tells it. */
  size?: number;
}

/** What a platform gives back for a stored file; opaque to shared code and passed through as it is. */
export type StoredFile = unknown;

/** Reads and writes the platform's files. */
export interface Files {
  /**
   * Stores bytes as a file of the platform, as they come. A platform that fetches a file only when a later step needs it
   * (Zapier) leaves them unread and runs the same operation again, with the same input, to fetch it.
   */
  save(file: OpenedFile): Promise<StoredFile>;
  /** The incoming file that the value of a file field stands for. */
  read(value: unknown): Promise<IncomingFile>;
}

/** Where progress and findings for the builder of a workflow go. Never secrets, tokens, signatures, signed addresses. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * What a platform must lend: the only way by which shared code reaches the world.
 * One host serves one execution of one operation.
 */
export interface Host {
  /** Where this runs; texts that differ per platform are chosen by it. */
  platform: Platform;
  /** Sends one request. Answers of any status resolve; only a failed connection rejects, with `unavailable`. */
  http(request: HttpRequest): Promise<HttpResponse>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with `cancelled` as soon as `signal` is aborted. */
  sleep(milliseconds: number): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
  cache: Cache;
  /** True the first time a key is seen, across the processes of the platform as far as it can tell. */
  once(key: string): Promise<boolean>;
  files: Files;
  log: Log;
  /** Hides the secrets of the connections that this host works with; operations add those that they fetch, such as tokens. */
  mask?: SecretMask;
  /** Aborted when the user or the platform stops the execution. */
  signal?: AbortSignal;
  /** A folder in which files last and SQLite databases may be kept, where the platform's operator allows one. */
  lastingFolder?: string;
  /** Tells this step of this execution from every other, and stays the same when the platform repeats the step after a fault. */
  executionKey?: string;
  /** The longest time in seconds that the platform lets one operation wait, if it has a limit (Zapier: 25). */
  maxWaitSeconds?: number;
  /** The most bytes that lists in the output of a step may have, if the platform has a limit (Zapier: 6 MB for all of it). */
  maxOutputBytes?: number;
}

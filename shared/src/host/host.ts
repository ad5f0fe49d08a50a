import type { Bytes } from './bytes.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Platform } from './wording.ts';

/** A key-value store with a time to live. Entries may be evicted at any time. */
export interface Cache {
  get(key: string): Promise<unknown>;
  /** @param seconds time to live */
  set(key: string, value: unknown, seconds: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A file that the platform passes to an operation. */
export interface IncomingFile {
  name: string;
  mediaType: string;
  /** Size in bytes, if the platform knows it. */
  size?: number;
  open(): Promise<Bytes>;
}

/** A file that is open for reading. */
export interface OpenedFile {
  name: string;
  mediaType: string;
  bytes: Bytes;
  /** Size in bytes, if the sender reports it. */
  size?: number;
}

/** The platform's reference to a stored file; opaque to shared code. */
export type StoredFile = unknown;

/** Reads and writes the platform's files. */
export interface Files {
  /**
   * Streams bytes into a file of the platform. Zapier fetches the file of a safe operation only when a later step needs it: the
   * bytes then stay unread, and the same operation runs again later with the same input. See `ActionDefinition.isSnapshot`.
   */
  save(file: OpenedFile): Promise<StoredFile>;
  /** Opens the file that the value of a file field refers to. */
  read(value: unknown): Promise<IncomingFile>;
}

/**
 * The machine that the platform runs on, as far as a login may use it: its managed identity needs no secret. Only a host whose
 * machine belongs to its user has one.
 */
export interface Machine {
  /** Reads an environment variable. Absent where a platform does not allow it (strict packages of n8n). */
  variable?(name: string): string | undefined;
  /**
   * Reads a small text file, such as a token that the machine renews. Absent where a platform does not allow it.
   * @throws PipewrightError `not-found` or `forbidden`; the error contains nothing of the file
   */
  readText?(path: string): Promise<string>;
}

/** Logs messages for the user who builds the workflow. Never contains secrets, tokens, signatures or signed URLs. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * What a platform provides: the only way for shared code to reach the network, files and the clock.
 * One host serves one execution of one operation.
 */
export interface Host {
  /** The platform; selects the texts that differ per platform. */
  platform: Platform;
  /** Sends one request. Resolves for any HTTP status; rejects with `unavailable` when the connection fails. */
  http(request: HttpRequest): Promise<HttpResponse>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits. Rejects with `cancelled` as soon as `signal` is aborted. */
  sleep(milliseconds: number): Promise<void>;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  cache: Cache;
  /** True the first time a key is seen, across all processes of the platform, as far as it can detect. */
  once(key: string): Promise<boolean>;
  files: Files;
  log: Log;
  /** Present if logins may use the machine: n8n on a machine of its operator, and the command line. */
  machine?: Machine;
  /** Masks the secrets of the connections in use. Operations add secrets that they fetch, such as tokens. */
  mask?: SecretMask;
  /** Aborted when the user or the platform stops the execution. */
  signal?: AbortSignal;
  /** A persistent folder for SQLite databases, if the platform's operator allows one. */
  lastingFolder?: string;
  /** Identifies this step of this execution; stays the same when the platform retries the step. */
  executionKey?: string;
  /** Identifies what this step does for one event of the trigger; the same in every execution that the event starts. */
  eventKey?: string;
  /** Whether the user retries a failed execution. */
  isRetry?: boolean;
  /** Keeps executions of the same step in other processes out while it works, if the platform has several processes. */
  exclusive?<T>(work: () => Promise<T>): Promise<T>;
  /** Maximum time in seconds that one operation may wait, if the platform has a limit (Zapier: 25). */
  maxWaitSeconds?: number;
  /** Whether a user is testing the step in an editor, where no other step follows. */
  isTest?: boolean;
  /** Maximum size in bytes of the lists in a step's output, if the platform has a limit (Zapier: 6 MB for the whole output). */
  maxOutputBytes?: number;
}

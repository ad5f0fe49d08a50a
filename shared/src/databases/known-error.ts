import { PipewrightError, type ErrorCode } from '../host/error.ts';
import type { Wording } from '../host/wording.ts';
import { tableUnchanged } from './load-errors.ts';

/** What an error of a server or driver means, and what to do about it. */
export interface KnownError {
  code: ErrorCode;
  hint: Wording;
  /** Whether the same load may succeed later. Default: false. */
  retryable?: boolean;
  /**
   * How long a login that fails with it is retried: `resume` for as long as a paused database needs to resume, `short` a
   * few times, because the same error has permanent causes too. Default: not at all.
   */
  wait?: 'resume' | 'short';
}

/** Known errors by number, SQLSTATE, or code of the driver or operating system. */
export type ErrorTable = Readonly<Record<string, KnownError>>;

/** The same error under several codes, for `Object.fromEntries`. */
export function underCodes(known: KnownError, ...codes: (string | number)[]): [string, KnownError][] {
  return codes.map((code) => [String(code), known]);
}

/** A hint that names the platform's word for the login data: `{connection}` becomes credential in n8n. */
export function connectionHint(text: string): Wording {
  return {
    n8n: text.replaceAll('{connection}', 'credential'),
    zapier: text.replaceAll('{connection}', 'connection'),
    cli: text.replaceAll('{connection}', 'address'),
  };
}

/** A hint of an error that left the table unchanged. */
const unchanged = (hint: string): string => `${tableUnchanged} ${hint}`;

/** The connection ended, and with it the transaction. */
export const connectionLost: KnownError = {
  code: 'unavailable',
  hint: unchanged('The connection to the server was lost. Run the step again.'),
  retryable: true,
  wait: 'short',
};

/** No server responds at the address. */
export const unreachable: KnownError = {
  code: 'unavailable',
  hint: connectionHint(
    'Check the host and port in the {connection}, that the server is running, and that no firewall blocks this address.',
  ),
  retryable: true,
  wait: 'short',
};

/** A value that does not fit its column. */
export const misfit: KnownError = {
  code: 'invalid-input',
  hint: unchanged('Correct the value, or change the type of the column.'),
};

/** A value is missing in a column that requires one. */
export const missingValue: KnownError = {
  code: 'invalid-input',
  hint: unchanged('Fill the empty values in the dataset, or give the column a default.'),
};

/** A unique key that already exists. */
export const duplicateKey: KnownError = {
  code: 'conflict',
  hint: unchanged(
    'A key of the dataset already exists in the table, or occurs twice in the dataset. To update existing rows, choose the mode Upsert.',
  ),
};

/** A row that breaks a rule of the table. */
export const ruleBroken: KnownError = {
  code: 'invalid-input',
  hint: unchanged(
    'A row violates a CHECK constraint, is refused by a trigger, or fits no partition of the table. Correct the row.',
  ),
};

/** A lock that was not granted, or a deadlock. */
export const locked: KnownError = {
  code: 'busy',
  hint: unchanged('Another session has locked the table or its rows. Run the step again later.'),
  retryable: true,
};

/** Every connection of the server or the user is in use. */
export const tooManyConnections: KnownError = {
  code: 'busy',
  hint: 'The server or the user has no free connection. Run the step again later.',
  retryable: true,
};

/** The server is short of memory or locks. */
export const outOfMemory: KnownError = {
  code: 'unavailable',
  hint: unchanged('The server is short of memory or locks. Run the step again later.'),
  retryable: true,
};

/** The disk, or the space that the server may use, is full. */
export const diskFull: KnownError = {
  code: 'unavailable',
  hint: unchanged('The disk of the server is full. Free some space, or raise the limit of the database.'),
};

/** The server is starting, stopping or moving. */
export const serverStarting: KnownError = {
  code: 'unavailable',
  hint: unchanged('The server is starting, stopping or busy. Run the step again in a minute.'),
  retryable: true,
  wait: 'resume',
};

/** A statement that was canceled at the server. */
export const cancelled: KnownError = {
  code: 'cancelled',
  hint: unchanged('The statement was canceled on the server, by a person or by a time limit.'),
};

/** A certificate that no known authority has signed for this host. */
const untrusted: KnownError = {
  code: 'unavailable',
  hint: 'The server certificate is not signed by a known authority for this host: choose Encrypt Only, or install a certificate of an authority on the server.',
};

/** Errors of Node and the operating system, the same for every server. */
export const connectionErrors: ErrorTable = Object.fromEntries([
  ...underCodes(connectionLost, 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTCONN'),
  ...underCodes(connectionLost, 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'),
  ...underCodes(unreachable, 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EAI_AGAIN'),
  ...underCodes({ code: 'unavailable', hint: connectionHint('Check the host in the {connection}.') }, 'ENOTFOUND'),
  ...underCodes(untrusted, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_UNTRUSTED'),
  ...underCodes(untrusted, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_SIGNATURE_FAILURE', 'INVALID_CA'),
  ...underCodes(untrusted, 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_NOT_YET_VALID'),
  ...underCodes(
    { code: 'unavailable', hint: 'The server certificate has expired: renew it on the server.' },
    'CERT_HAS_EXPIRED',
  ),
  ...underCodes(
    {
      code: 'unavailable',
      hint: connectionHint(
        'The server certificate was issued for another host: enter the host in the {connection} as the certificate names it.',
      ),
    },
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ),
]);

/** An error of a server or driver, with what it reported in the message. */
export function reportedError(
  service: string,
  text: string,
  { code, hint, retryable = false }: KnownError,
): PipewrightError {
  return new PipewrightError({
    code,
    hint,
    retryable,
    service,
    message: `${service} reported: ${text.replace(/[.\s]+$/, '')}.`,
  });
}

import { PipewrightError } from '../../host/error.ts';

/**
 * How the connection is encrypted: from the first byte with a verified certificate (TDS 8.0); with a verified certificate;
 * with any certificate; or not at all.
 * @see https://learn.microsoft.com/sql/relational-databases/security/networking/tds-8
 */
const encryptions = ['strict', 'verify', 'encrypt', 'off'] as const;

/** The address of a database. */
export interface SqlServerAddress {
  host: string;
  port: number;
  database: string;
  /** User and password are empty where a token of Microsoft Entra is used. */
  user: string;
  password: string;
  encryption: (typeof encryptions)[number];
  /** Path of the CA certificate; undefined for the certificate authorities of Node. */
  caFile: string | undefined;
}

const defaultPort = 1433;

/**
 * Reads the address of a database: `sqlserver://user:password@host:port/database?encrypt=verify`. `encrypt` is `strict`,
 * `verify`, `encrypt` or `off`, and `ca` is the path of a file with the CA certificate.
 * @throws PipewrightError `invalid-input`
 */
export function readSqlServerAddress(address: string): SqlServerAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const database = decode(url?.pathname.slice(1) ?? '');
  const user = decode(url?.username ?? '');
  const password = decode(url?.password ?? '');
  const encryption = encryptions.find((one) => one === (url?.searchParams.get('encrypt') ?? 'verify'));
  if (!url?.hostname || !database || user === undefined || password === undefined || !encryption) {
    throw new PipewrightError({
      code: 'invalid-input',
      service: 'SQL Server',
      message: 'This is not the address of a SQL Server database.',
      hint: 'Use the form sqlserver://user:password@host:1433/database?encrypt=verify, with encrypt=strict for TDS 8.0, encrypt=encrypt to accept any certificate, and encrypt=off on a private network.',
    });
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || defaultPort,
    database,
    user,
    password,
    encryption,
    caFile: url.searchParams.get('ca') ?? undefined,
  };
}

/** Decodes a part of the address; undefined if it is not percent-encoded correctly. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

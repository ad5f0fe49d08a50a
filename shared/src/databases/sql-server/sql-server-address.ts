import { PipewrightError } from '../../host/error.ts';

/**
 * How the connection is encrypted: from the first byte on with a verified certificate (TDS 8.0); with a verified
 * certificate; with any certificate; or not at all.
 * @see https://learn.microsoft.com/sql/relational-databases/security/networking/tds-8
 */
const encryptions = ['strict', 'verify', 'encrypt', 'off'] as const;

/** Where a server is, and how to talk to it. */
export interface SqlServerAddress {
  host: string;
  port: number;
  database: string;
  /** Empty where a token of Microsoft Entra replaces them. */
  user: string;
  password: string;
  encryption: (typeof encryptions)[number];
  /** A file with the certificate of the authority that signed the server's; undefined for those that Node knows. */
  authorityFile: string | undefined;
}

const usualPort = 1433;

/**
 * Reads `sqlserver://user:password@host:port/database?encrypt=verify`; `encrypt` is `strict`, `verify`,
 * `encrypt` or `off`, and `ca` names a file with the authority's certificate.
 * @throws PipewrightError `bad-input`
 */
export function readSqlServerAddress(address: string): SqlServerAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '');
  const encryption = encryptions.find((one) => one === (url?.searchParams.get('encrypt') ?? 'verify'));
  if (!url?.hostname || database === '' || !encryption) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQL Server',
      message: 'The address of the database cannot be read.',
      hint: 'Write it as sqlserver://user:password@host:1433/database?encrypt=verify, with encrypt=strict for TDS 8.0, encrypt=encrypt to accept any certificate, and encrypt=off on a private network.',
    });
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || usualPort,
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    encryption,
    authorityFile: url.searchParams.get('ca') ?? undefined,
  };
}

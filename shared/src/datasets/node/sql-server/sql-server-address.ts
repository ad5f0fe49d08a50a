import { PipewrightError } from '../../../host/error.ts';

/** How the connection is encrypted: the server's certificate is verified, or any is taken, or not at all. */
const encryptions = ['verify', 'encrypt', 'off'] as const;

/** Where a server is, and how to talk to it. */
export interface SqlServerAddress {
  host: string;
  port: number;
  database: string;
  /** Empty where a token of Microsoft Entra takes their place. */
  user: string;
  password: string;
  encryption: (typeof encryptions)[number];
  /** A file with the certificate of the authority that signed the server's; undefined for those that Node knows. */
  authorityFile: string | undefined;
}

const usualPort = 1433;

/**
 * Reads `sqlserver://user:password@host:port/database?encrypt=verify`; `encrypt` is `verify`, `encrypt` or `off`, and
 * `ca` names a file with the authority's certificate.
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
      hint: 'Write it as sqlserver://user:password@host:1433/database?encrypt=verify, with encrypt=encrypt to take any certificate and encrypt=off on a private network.',
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

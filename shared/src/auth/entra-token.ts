import type { Host } from '../host/host.ts';
import { clientCredentialsToken } from './client-credentials.ts';
import { readEntraProblem } from './entra-problem.ts';

/**
 * Where Microsoft Entra makes tokens in each Microsoft cloud, without the tenant.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const entraAuthorities = {
  public: 'https://login.microsoftonline.com',
  'us-government': 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const;

/** An app registration that logs in by itself, and for what. */
export interface EntraApplication {
  /** One of `entraAuthorities`, or another address. */
  authority: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** What the token opens: `https://management.azure.com/.default`. */
  scope: string;
}

/**
 * A token of Microsoft Entra for an application, from the cache while it lasts.
 * @param renew forget the cached token: it was refused
 * @param endsAt see `clientCredentialsToken`
 * @throws PipewrightError `unauthorized` with what to do, when the application is refused
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function entraToken(
  host: Host,
  { authority, tenantId, ...application }: EntraApplication,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const tokenUrl = `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  return clientCredentialsToken(
    host,
    { service: 'Microsoft Entra', tokenUrl, readProblem: readEntraProblem, ...application },
    renew,
    endsAt,
  );
}

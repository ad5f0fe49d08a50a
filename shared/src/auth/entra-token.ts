import type { Host } from '../host/host.ts';
import { clientCredentialsToken } from './client-credentials.ts';
import { readEntraProblem } from './entra-problem.ts';

/**
 * Microsoft Entra authority of each Microsoft cloud, without the tenant.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const entraAuthorities = {
  public: 'https://login.microsoftonline.com',
  'us-government': 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const;

/** An app registration and the scope to request. */
export interface EntraApplication {
  /** One of `entraAuthorities`, or another URL. */
  authority: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** Scope of the token: `https://management.azure.com/.default`. */
  scope: string;
}

/**
 * Returns a Microsoft Entra token for an application, from the cache while it is valid.
 * @param renew whether to discard the cached token because it was rejected
 * @param endsAt see `clientCredentialsToken`
 * @throws PipewrightError `unauthorized` if Microsoft Entra rejects the application
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

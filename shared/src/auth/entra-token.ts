import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { mapWording } from '../host/wording.ts';
import { describeCertificate, readClientCertificate, signAssertion } from './client-certificate.ts';
import { clientCredentialsToken, type ClientAssertion, type ClientCredentials } from './client-credentials.ts';
import { namesCertificate, readEntraProblem } from './entra-problem.ts';
import { managedIdentityToken } from './managed-identity.ts';

/** Display name, for errors. */
const service = 'Microsoft Entra';

/**
 * Microsoft Entra authority of each Microsoft cloud, without the tenant.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const entraAuthorities = {
  public: 'https://login.microsoftonline.com',
  'us-government': 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const;

/** How an application proves its identity to Microsoft Entra. */
export const entraMethods = ['client-secret', 'certificate', 'federated', 'managed-identity'] as const;

/** One of `entraMethods`. */
export type EntraMethod = (typeof entraMethods)[number];

/** The values that log in to Microsoft Entra; which of them are needed depends on the method. */
export interface EntraLogin {
  /** Default: `client-secret`. */
  authentication?: EntraMethod;
  tenantId?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** Private key and certificate in PEM format. */
  certificate?: string | undefined;
  /** Path of a file with them, read with `Machine.readText`. */
  certificatePath?: string | undefined;
  /** Password of an encrypted private key. */
  certificatePassword?: string | undefined;
  /** Token of an identity provider that the application trusts. */
  federatedToken?: string | undefined;
  /** Path of a file with that token, read for each login because its owner renews it. Default: `AZURE_FEDERATED_TOKEN_FILE`. */
  federatedTokenFile?: string | undefined;
  /** Client ID of a user-assigned managed identity; undefined for the system-assigned one. */
  identityClientId?: string | undefined;
}

/** An application and the scope to request. */
export interface EntraApplication extends EntraLogin {
  /** One of `entraAuthorities`, or another URL. */
  authority: string;
  /** Scope of the token: `https://management.azure.com/.default`. */
  scope: string;
}

/** The labels of the fields that a method requires. */
const labels = {
  tenantId: 'Tenant ID',
  clientId: 'Client ID',
  clientSecret: 'Client Secret',
  certificate: 'Certificate',
  federatedToken: 'Federated Token',
} as const;

function missing(label: string): PipewrightError {
  return new PipewrightError({
    code: 'not-connected',
    service,
    message: `${label} is empty, but the selected authentication requires it.`,
    hint: {
      n8n: `Enter ${label} in the credential, or select another Authentication.`,
      zapier: `Enter ${label} in the connection, or select another Authentication.`,
    },
  });
}

function required(login: EntraLogin, name: keyof typeof labels): string {
  const value = login[name]?.trim();
  if (value) return value;
  throw missing(labels[name]);
}

/** Reads a file of the machine. Its content is a secret. */
async function readSecret({ machine, mask }: Host, path: string, label: string): Promise<string> {
  // Forms offer a path only where files can be read.
  if (!machine?.readText) throw missing(label);
  const text = (await machine.readText(path)).trim();
  mask?.add(text);
  return text;
}

/** The part of the grant that proves the identity. @throws PipewrightError `not-connected` if a value is missing or unusable */
async function proofOf(
  host: Host,
  login: EntraLogin,
  { clientId, tokenUrl }: { clientId: string; tokenUrl: string },
): Promise<{ clientSecret: string } | { assertion: ClientAssertion; readProblem?: ClientCredentials['readProblem'] }> {
  const { authentication = 'client-secret', certificatePath, certificatePassword } = login;
  if (authentication === 'client-secret') return { clientSecret: required(login, 'clientSecret') };
  if (authentication === 'federated') {
    const file = login.federatedToken
      ? undefined
      : (login.federatedTokenFile ?? host.machine?.variable?.('AZURE_FEDERATED_TOKEN_FILE'));
    const token = file ? await readSecret(host, file, labels.federatedToken) : required(login, 'federatedToken');
    return { assertion: { proof: token, create: async () => token } };
  }
  const pem =
    !login.certificate && certificatePath
      ? await readSecret(host, certificatePath, labels.certificate)
      : required(login, 'certificate');
  const certificate = readClientCertificate(pem, certificatePassword);
  return {
    assertion: {
      proof: pem,
      async create() {
        const assertion = await signAssertion(certificate, { clientId, audience: tokenUrl, now: host.now() });
        host.mask?.add(assertion);
        return assertion;
      },
    },
    readProblem(response) {
      const problem = readEntraProblem(response);
      if (!problem.hint || !namesCertificate(problem.hint)) return problem;
      const described = ` The certificate of this login: ${describeCertificate(certificate)}.`;
      return { ...problem, hint: mapWording(problem.hint, (text) => text + described) };
    },
  };
}

/**
 * Returns a Microsoft Entra token for an application or a managed identity, from the cache while it is valid. A token in the cache
 * belongs to the secret, certificate or token that it was requested with.
 * @param renew whether to discard the cached token because it was rejected
 * @param endsAt see `requestToken`
 * @throws PipewrightError `unauthorized` if Microsoft Entra rejects the application, `not-connected` if a value is missing
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function entraToken(
  host: Host,
  { authority, scope, ...login }: EntraApplication,
  renew = false,
  endsAt?: number,
): Promise<string> {
  if (login.authentication === 'managed-identity')
    return managedIdentityToken(host, { clientId: login.identityClientId, scope }, renew, endsAt);
  const tenantId = required(login, 'tenantId');
  const clientId = required(login, 'clientId');
  const tokenUrl = `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const proof = await proofOf(host, login, { clientId, tokenUrl });
  return clientCredentialsToken(
    host,
    { service, tokenUrl, clientId, scope, readProblem: readEntraProblem, ...proof },
    renew,
    endsAt,
  );
}

import { entraAuthorities, entraMethods, type EntraLogin, type EntraMethod } from './entra-token.ts';

/** Reads an environment variable; undefined if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/**
 * The method that a field selects; undefined for another login or none.
 * @param clientSecret the value of the field for a client secret
 */
export function selectedMethod(value: unknown, clientSecret: string): EntraMethod | undefined {
  return value === clientSecret
    ? 'client-secret'
    : entraMethods.find((method) => method !== 'client-secret' && method === value);
}

/**
 * The values for a method in the environment variables of Azure's own tools.
 * @see https://learn.microsoft.com/javascript/api/@azure/identity/environmentcredential
 * @see https://learn.microsoft.com/javascript/api/@azure/identity/workloadidentitycredential
 */
export function entraVariables(method: EntraMethod, variable: ReadVariable): EntraLogin {
  if (method === 'managed-identity') return { identityClientId: variable('AZURE_CLIENT_ID') };
  const application = { tenantId: variable('AZURE_TENANT_ID'), clientId: variable('AZURE_CLIENT_ID') };
  switch (method) {
    case 'client-secret':
      return { ...application, clientSecret: variable('AZURE_CLIENT_SECRET') };
    case 'certificate':
      return {
        ...application,
        certificatePath: variable('AZURE_CLIENT_CERTIFICATE_PATH'),
        certificatePassword: variable('AZURE_CLIENT_CERTIFICATE_PASSWORD'),
      };
    case 'federated':
      return { ...application, federatedTokenFile: variable('AZURE_FEDERATED_TOKEN_FILE') };
    default:
      return method satisfies never;
  }
}

/**
 * The method for which values are given or else set in environment variables, in the order of Azure's own tools: a client secret, a
 * certificate, a federated token. Undefined if there is none.
 */
export function entraMethodOf(given: Record<string, unknown>, variable: ReadVariable): EntraMethod | undefined {
  if (given['clientSecret']) return 'client-secret';
  if (given['certificate'] || given['certificatePath']) return 'certificate';
  if (given['federatedToken'] || given['federatedTokenFile']) return 'federated';
  if (variable('AZURE_CLIENT_SECRET')) return 'client-secret';
  if (variable('AZURE_CLIENT_CERTIFICATE_PATH')) return 'certificate';
  return variable('AZURE_FEDERATED_TOKEN_FILE') ? 'federated' : undefined;
}

/** The cloud, or another authority, that `AZURE_AUTHORITY_HOST` names; neither if it is not set. */
export function authorityVariable(variable: ReadVariable): {
  cloud?: keyof typeof entraAuthorities;
  authorityUrl?: string;
} {
  const host = variable('AZURE_AUTHORITY_HOST')?.replace(/\/+$/, '');
  if (!host) return {};
  const authorityUrl = /^https?:\/\//i.test(host) ? host : `https://${host}`;
  for (const cloud of ['public', 'us-government', 'china'] as const)
    if (entraAuthorities[cloud] === authorityUrl.toLowerCase()) return { cloud };
  return { authorityUrl };
}

/**
 * The login in the environment variables of Azure's own tools, for a connection that selects its method in `authentication`.
 * @param given the values of the connection file, which take precedence
 */
export function entraLoginVariables(given: Record<string, unknown>, variable: ReadVariable): Record<string, unknown> {
  const method = selectedMethod(given['authentication'], 'client-secret') ?? entraMethodOf(given, variable);
  return method ? { authentication: method, ...entraVariables(method, variable) } : {};
}

/** `entraLoginVariables` and the login URL, for services with one URL per cloud. */
export function entraConnectionVariables(
  given: Record<string, unknown>,
  variable: ReadVariable,
): Record<string, unknown> {
  const { cloud, authorityUrl } = authorityVariable(variable);
  return { ...entraLoginVariables(given, variable), authorityUrl: cloud ? entraAuthorities[cloud] : authorityUrl };
}

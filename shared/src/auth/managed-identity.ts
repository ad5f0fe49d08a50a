import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import type { Host, Machine } from '../host/host.ts';
import type { HttpRequest, HttpResponse } from '../host/http.ts';
import type { Wording } from '../host/wording.ts';
import { displayText } from '../http/response-schema.ts';
import { requestToken, type TokenProblem } from './request-token.ts';

/** Display name, for errors. */
const service = 'Azure managed identity';

/**
 * The address of the Azure Instance Metadata Service: not encrypted, because it never leaves the machine. No other address of a
 * private network is ever called with a login.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
const imdsTokenUrl = 'http://169.254.169.254/metadata/identity/oauth2/token';

/** Milliseconds to wait for the endpoint, which responds at once where it exists. */
const probeMs = 5_000;

const nowhere: Wording = {
  n8n: 'Managed Identity works only if n8n runs on an Azure virtual machine or in Azure Kubernetes Service, with an identity assigned, and may call 169.254.169.254: without a proxy (NO_PROXY), and listed in N8N_SSRF_ALLOWED_IP_RANGES if SSRF protection is on. Otherwise, select another Authentication in the credential.',
  zapier: 'Select another Authentication in the connection.',
  cli: 'A managed identity exists only on an Azure virtual machine, in App Service, Functions, Container Apps or Azure Kubernetes Service, with an identity assigned. Otherwise, select another authentication in the connection file.',
};

function unavailable(message: string, hint: Wording = nowhere): PipewrightError {
  return new PipewrightError({ code: 'not-connected', service, message, hint });
}

/** The managed identity whose token is requested. */
export interface ManagedIdentity {
  /** Client ID of a user-assigned identity; undefined for the system-assigned one. */
  clientId?: string | undefined;
  /** Scope of the token: `https://management.azure.com/.default`. */
  scope: string;
}

type Request = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'direct'>;

/** Whether an endpoint in an environment variable is on this machine: App Service uses loopback and link-local addresses. */
function isOnMachine(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname } = new URL(endpoint);
  return /^https?:$/.test(protocol) && /^(localhost|\[::1\]|127(\.\d+){3}|169\.254(\.\d+){2})$/.test(hostname);
}

/**
 * The request to the endpoint of App Service, Functions and Container Apps if their environment variables are set, otherwise to
 * the Instance Metadata Service.
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
function tokenRequest({ variable }: Machine, { clientId, scope }: ManagedIdentity, host: Host): Request {
  const endpoint = variable?.('IDENTITY_ENDPOINT');
  const header = variable?.('IDENTITY_HEADER');
  const query = { resource: scope.replace(/\/\.default$/, ''), ...(clientId ? { client_id: clientId } : {}) };
  if (!endpoint || !header) {
    const url = `${imdsTokenUrl}?${new URLSearchParams({ 'api-version': '2018-02-01', ...query }).toString()}`;
    return { method: 'GET', url, headers: { metadata: 'true' }, direct: true };
  }
  if (!isOnMachine(endpoint)) throw unavailable('IDENTITY_ENDPOINT is not an address on this machine.');
  host.mask?.add(header);
  const url = new URL(endpoint);
  url.search = new URLSearchParams({ 'api-version': '2019-08-01', ...query }).toString();
  return { method: 'GET', url: url.href, headers: { 'x-identity-header': header }, direct: true };
}

const problemShape = v.object({ error: displayText, error_description: displayText, message: displayText });

/** Statuses after which the metadata service asks for a retry. */
const transient = new Set([404, 410]);

function readProblem(response: HttpResponse): TokenProblem {
  const retryable = transient.has(response.status);
  try {
    const { error, error_description: description, message } = v.parse(problemShape, JSON.parse(response.text));
    const text = (description || message || error || '').split(/\r?\n/)[0] ?? '';
    const isUnknown = /identity not found|no (user-assigned|managed) identity|not been assigned/i.test(text);
    return {
      message: text,
      retryable,
      hint: isUnknown
        ? 'Assign a managed identity to the machine in the Azure portal under Identity. For a user-assigned identity, check Identity Client ID.'
        : nowhere,
    };
  } catch {
    return { retryable, hint: nowhere };
  }
}

/**
 * Returns a token of the managed identity of this machine; see `requestToken`.
 * @throws PipewrightError `not-connected` where there is no managed identity
 */
export async function managedIdentityToken(
  host: Host,
  identity: ManagedIdentity,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const { machine } = host;
  if (!machine) throw unavailable('A managed identity is not available here.');
  const { clientId = '', scope } = identity;
  return requestToken(
    host,
    {
      service,
      identity: ['managed-identity', clientId, scope],
      send: (request) => sendOnMachine(host, request),
      readProblem,
      create: async () => tokenRequest(machine, identity, host),
    },
    renew,
    endsAt,
  );
}

/** Sends a request to the machine. Elsewhere the address leads nowhere, so the time is short and the error explains it. */
async function sendOnMachine(host: Host, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await host.http({ ...request, timeout: Math.min(request.timeout ?? probeMs, probeMs) });
  } catch (error) {
    if (error instanceof PipewrightError && error.code !== 'unavailable') throw error;
    throw unavailable('This machine has no managed identity: its endpoint does not respond.');
  }
}

/**
 * Refuses to send the token of a managed identity to an address that the user entered: the identity belongs to everyone who uses
 * the machine.
 * @param connection with the base URL of the API
 * @param publicAddress the base URL in the public cloud
 * @throws PipewrightError `not-connected`
 */
export function refuseMachineElsewhere(
  name: string,
  connection: { authentication: string; address: string },
  publicAddress: string,
): void {
  if (connection.authentication !== 'managed-identity' || connection.address === publicAddress) return;
  throw new PipewrightError({
    code: 'not-connected',
    service: name,
    message: `A managed identity can be used only with ${publicAddress}: its token is sent to no other Base URL.`,
    hint: {
      n8n: 'Reset Base URL or select another Authentication in the credential.',
      zapier: 'Reset Base URL or select another Authentication in the connection.',
    },
  });
}

import * as v from 'valibot';
import type { HttpResponse } from '../host/http.ts';
import type { Wording } from '../host/wording.ts';
import { displayField, displayText } from '../http/response-schema.ts';
import type { TokenProblem } from './request-token.ts';

const otherCloud: Wording = {
  n8n: 'The tenant belongs to another Microsoft cloud. Select that cloud in the credential, or enter its Entra Authority URL and Base URL if there is no Cloud.',
  zapier:
    'The tenant belongs to another Microsoft cloud. Select that cloud in the connection, or enter its Entra Authority URL and Base URL if there is no Cloud.',
};

const revoked: Wording = {
  n8n: 'Create a new secret or certificate in the app registration under Certificates & secrets and update the credential.',
  zapier:
    'Create a new secret or certificate in the app registration under Certificates & secrets and update the connection.',
};

/** Errors of a certificate, whose hint is completed with the thumbprint. */
const certificate: Record<'unknown' | 'revoked', Wording> = {
  unknown:
    'Upload the certificate to the app registration under Certificates & secrets, and check that it has not expired there.',
  revoked:
    'Create a new certificate, upload it to the app registration under Certificates & secrets, and enter it here.',
};

/** Whether a hint is about the certificate of the login. */
export const namesCertificate = (hint: Wording): boolean => Object.values(certificate).includes(hint);

const newTrust = 'A new federated credential needs a few minutes.';

const trust = (value: string): string =>
  `Compare the ${value} of the token with the federated credential in the app registration under Certificates & secrets: they must be exactly the same. ${newTrust}`;

/**
 * Hints for Microsoft Entra error codes.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * @see https://learn.microsoft.com/entra/workload-id/troubleshoot-revoked-credentials
 */
const hints: Record<string, Wording> = {
  '7000215': 'Enter the value of the client secret, not its ID.',
  '7000222': {
    n8n: 'The client secret has expired. Create a new one in the app registration and update the credential.',
    zapier: 'The client secret has expired. Create a new one in the app registration and update the connection.',
  },
  '7005003': revoked,
  '700016': 'The tenant has no application with this ID. Check Client ID and Tenant ID.',
  '90002': {
    n8n: 'The tenant was not found. Check Tenant ID, and Cloud or Entra Authority URL, in the credential.',
    zapier: 'The tenant was not found. Check Tenant ID, and Cloud or Entra Authority URL, in the connection.',
  },
  '900023':
    'Tenant ID is neither an ID nor a domain. Copy Directory (tenant) ID from the overview of the app registration.',
  '900432': otherCloud,
  '900382': otherCloud,
  '500011': {
    n8n: 'The service is not available in this tenant. Check Cloud, or Base URL and Entra Authority URL, in the credential.',
    zapier:
      'The service is not available in this tenant. Check Cloud, or Base URL and Entra Authority URL, in the connection.',
  },
  '53003': 'A Conditional Access policy of your organization blocks this login. Ask an administrator.',
  '7000112': 'The application is disabled. Ask an administrator of the tenant to enable it.',
  '700025': 'The app registration is a public client. Register a confidential application for this login.',
  '700027': certificate.unknown,
  '700030': certificate.unknown,
  '7000214': certificate.revoked,
  '7005004': certificate.revoked,
  '700024':
    'The assertion has expired or is not valid yet. For a certificate, check the clock of the machine; for a federated token, get a new one.',
  '700021': 'The assertion belongs to another application. Check Client ID.',
  '700023': {
    n8n: 'The assertion was issued for another recipient. Check Tenant ID, and Cloud or Entra Authority URL, in the credential; the audience of a federated token is usually api://AzureADTokenExchange.',
    zapier:
      'The assertion was issued for another recipient. Check Tenant ID, and Cloud or Entra Authority URL, in the connection.',
    cli: 'The assertion was issued for another recipient. Check Tenant ID, and Cloud or Entra Authority URL, in the connection; the audience of a federated token is usually api://AzureADTokenExchange.',
  },
  '50027': 'The federated token is not a valid token. Get a new one from the identity provider.',
  '50013': 'The federated token could not be verified. Get a new one from the identity provider.',
  '70021': trust('issuer, subject and audience'),
  '70025': `The app registration has no federated credential. Add one under Certificates & secrets. ${newTrust}`,
  '700211': trust('issuer'),
  '700212': trust('audience'),
  '700213': trust('subject'),
  '700222':
    'Microsoft Entra does not accept its own tokens as federated tokens. Use a token of another identity provider.',
  '7005005': 'The federated credential was revoked. Create a new one in the app registration.',
};

/** Errors that usually go away by themselves. */
const transient = new Set([90006, 90012, 90024, 90033, 90055, 90090]);

const problemShape = v.object({
  error: displayText,
  error_description: displayText,
  error_codes: displayField(v.array(v.number())),
});

/**
 * Parses an error of Microsoft Entra's token endpoint: the first line of its message, which starts with the code (AADSTS…), a hint,
 * and whether to retry.
 */
export function readEntraProblem(response: HttpResponse): TokenProblem {
  try {
    const body = v.parse(problemShape, JSON.parse(response.text));
    const number = body.error_codes?.[0] ?? Number(/AADSTS(\d+)/.exec(body.error_description ?? '')?.[1]);
    const hint = hints[String(number)];
    const text = (body.error_description ?? body.error ?? '').split(/\r?\n/)[0] ?? '';
    const isNamed = !Number.isFinite(number) || text.includes('AADSTS');
    return {
      ...(body.error || Number.isFinite(number) ? { code: body.error || `AADSTS${number}` } : {}),
      message: isNamed ? text : `AADSTS${number}: ${text}`,
      retryable: transient.has(number),
      ...(hint === undefined ? {} : { hint }),
    };
  } catch {
    return {};
  }
}

import * as v from 'valibot';
import type { HttpResponse } from '../host/http.ts';
import type { Wording } from '../host/wording.ts';
import { displayField, displayText } from '../http/response-schema.ts';
import type { VendorProblem } from '../http/http-error.ts';

const otherCloud: Wording = {
  n8n: 'The tenant belongs to another Microsoft cloud. Select that cloud in the credential.',
  zapier: 'The tenant belongs to another Microsoft cloud. Select that cloud in the connection.',
};

/**
 * Hints for Microsoft Entra error codes.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const hints: Record<string, Wording> = {
  '7000215': 'Enter the value of the client secret, not its ID.',
  '7000222': {
    n8n: 'The client secret has expired. Create a new one in the app registration and update the credential.',
    zapier: 'The client secret has expired. Create a new one in the app registration and update the connection.',
  },
  '700016': 'The tenant has no application with this ID. Check Client ID and Tenant ID.',
  '90002': {
    n8n: 'The tenant was not found. Check Tenant ID and Cloud in the credential.',
    zapier: 'The tenant was not found. Check Tenant ID and Cloud in the connection.',
  },
  '900432': otherCloud,
  '900382': otherCloud,
  '500011': {
    n8n: 'The service is not available in this tenant. Check Cloud in the credential.',
    zapier: 'The service is not available in this tenant. Check Cloud in the connection.',
  },
  '53003': 'A Conditional Access policy of your organization blocks this login. Ask an administrator.',
};

/** Errors that usually go away by themselves. */
const transient = new Set([90006, 90012, 90024, 90033, 90055, 90090]);

const problemShape = v.object({
  error: displayText,
  error_description: displayText,
  error_codes: displayField(v.array(v.number())),
});

/** Parses an error of Microsoft Entra's token endpoint: the first line of its message, a hint, and whether to retry. */
export function readEntraProblem(response: HttpResponse): VendorProblem & { retryable?: boolean } {
  try {
    const body = v.parse(problemShape, JSON.parse(response.text));
    const number = body.error_codes?.[0] ?? Number(/AADSTS(\d+)/.exec(body.error_description ?? '')?.[1]);
    const hint = hints[String(number)];
    return {
      ...(body.error || Number.isFinite(number) ? { code: body.error || `AADSTS${number}` } : {}),
      message: (body.error_description ?? body.error ?? '').split(/\r?\n/)[0] ?? '',
      retryable: transient.has(number),
      ...(hint === undefined ? {} : { hint }),
    };
  } catch {
    return {};
  }
}

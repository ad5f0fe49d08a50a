import * as v from 'valibot';
import type { HttpResponse } from '../host/http.ts';
import { shown, shownText } from '../http/answer-shape.ts';
import type { VendorProblem } from '../http/http-error.ts';

/**
 * What to do about Microsoft's login error codes.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const hints: Record<string, string> = {
  '7000215': 'The client secret is wrong: paste the value of the secret, not its ID.',
  '7000222': 'The client secret has expired: make a new one in the app registration and put it into the connection.',
  '700016': 'The client ID is not known in this tenant: check the client ID and the tenant ID.',
  '90002': 'The tenant is not known: check the tenant ID, and that the cloud in the connection is the right one.',
  '900432': 'The tenant belongs to another Microsoft cloud: choose that cloud in the connection.',
  '900382': 'The tenant belongs to another Microsoft cloud: choose that cloud in the connection.',
  '500011': 'The service is not known in this tenant: check the cloud in the connection.',
  '53003': 'A Conditional Access policy of your organisation blocks this login: ask an administrator.',
};

const passing = new Set([90006, 90012, 90024, 90033, 90055, 90090]);

const problemShape = v.object({
  error: shownText,
  error_description: shownText,
  error_codes: shown(v.array(v.number())),
});

/** Reads an error of Microsoft Entra's token endpoint: the first line of what it says, what to do, and whether it may pass by itself. */
export function readEntraProblem(response: HttpResponse): VendorProblem & { retryable?: boolean } {
  try {
    const body = v.parse(problemShape, JSON.parse(response.text));
    const number = body.error_codes?.[0] ?? Number(/AADSTS(\d+)/.exec(body.error_description ?? '')?.[1]);
    const hint = hints[String(number)];
    return {
      ...(body.error || Number.isFinite(number) ? { code: body.error || `AADSTS${number}` } : {}),
      message: (body.error_description ?? body.error ?? '').split(/\r?\n/)[0] ?? '',
      retryable: passing.has(number),
      ...(hint === undefined ? {} : { hint }),
    };
  } catch {
    return {};
  }
}

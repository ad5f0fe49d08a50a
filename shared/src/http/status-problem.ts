import type { HttpResponse } from '../host/http.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { Wording } from '../host/wording.ts';
import type { VendorProblem } from './http-error.ts';

/**
 * Reads an error of a server without an API: only its status, because error pages are made for browsers, and those of storage
 * services repeat the signature.
 * @param hints what to do, by status
 */
export function statusProblem(hints: Readonly<Record<number, Wording>>): (response: HttpResponse) => VendorProblem {
  return ({ status }) => ({
    message: status >= 300 && status < 400 ? 'a redirect without a URL' : `status ${status}`,
    ...withoutUndefined({ hint: hints[status] }),
  });
}

import * as v from 'valibot';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { readCommonProblem } from '../../http/api.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import { displayField, displayText } from '../../http/response-schema.ts';

const codeShape = displayField(v.pipe(v.union([v.string(), v.number()]), v.transform(String)));

const problemShape = v.object({ error: v.object({ code: codeShape, summary: displayText, detail: displayText }) });

/**
 * Parses an error response: a code of six digits, of which the first three are the status, a summary and a detail.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_errors.htm
 */
export function readProblem(response: HttpResponse): VendorProblem {
  try {
    const { code, summary, detail } = v.parse(problemShape, JSON.parse(response.text)).error;
    return withoutUndefined({ code, message: detail || summary });
  } catch {
    return readCommonProblem(response);
  }
}

import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { withoutUndefined } from '../host/without-undefined.ts';

/** Schema of a vendor's response. Fields that it does not name are dropped. */
export type ResponseSchema = v.GenericSchema;

/** A validated response. */
export type Parsed<S extends ResponseSchema> = v.InferOutput<S>;

/** An ID as text. `parseExact` has turned integers beyond 2^53 into text already. */
export const idShape = v.pipe(
  v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(v.number(), v.safeInteger())]),
  v.transform(String),
);

/** The run ID in the response of a start. Services number runs from 1, so 0 and blank text are invalid. */
export const runIdShape = v.pipe(idShape, v.regex(/^(?!-|0+$).*\S/));

/** A field that may be absent or null. A value of another type makes the response invalid. */
export function optionalField<S extends ResponseSchema>(shape: S) {
  return v.optional(
    v.pipe(
      v.nullish(shape),
      v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
    ),
  );
}

/** A field for display only: dropped if it is absent, null or of another type. */
export function displayField<S extends ResponseSchema>(shape: S) {
  return v.optional(
    v.fallback(
      v.pipe(
        v.nullish(shape),
        v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
      ),
      undefined,
    ),
  );
}

/** Required text that is not empty, such as a name or a status. */
export const filledText = v.pipe(v.string(), v.nonEmpty());

/** Text for display only. */
export const displayText = displayField(v.string());

/** An object with any values. */
export const valuesShape = v.record(v.string(), v.unknown());

/** Any JSON. */
export const anyResponse = v.unknown();

/**
 * Validates a response.
 * @throws PipewrightError `unexpected-response` that names the field, never its value
 */
export function parseResponse<S extends ResponseSchema>(
  shape: S,
  answer: unknown,
  service: string,
  status?: number,
): Parsed<S> {
  const result = v.safeParse(shape, answer);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw unexpectedResponse(
    service,
    field === null
      ? `${service} returned a response that does not match its API documentation.`
      : `${service} returned a response in which “${field.slice(0, 100)}” is missing or invalid.`,
    status,
  );
}

/** The error for a response that cannot be used. */
export function unexpectedResponse(service: string, message: string, status?: number): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-response',
    service,
    message,
    hint: {
      n8n: 'Check the URL in the credential: the response may come from a web page or a proxy. If it is correct, try again in a few minutes.',
      zapier:
        'Check the URL in the connection: the response may come from a web page or a proxy. If it is correct, try again in a few minutes.',
    },
    ...withoutUndefined({ status }),
  });
}

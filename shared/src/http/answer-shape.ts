import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';

/** What an answer of a vendor must look like. Fields that it does not name are left out. */
export type AnswerShape = v.GenericSchema;

/** What remains of an answer. */
export type Answered<S extends AnswerShape> = v.InferOutput<S>;

/** An ID as text. Whole numbers beyond 2^53 come as text already; any other number is not exact. */
export const idShape = v.pipe(
  v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(v.number(), v.safeInteger())]),
  v.transform(String),
);

/** The ID of a run that a start returned; services number their runs from 1, so 0 and blank text are none. */
export const runIdShape = v.pipe(idShape, v.regex(/^(?!-|0+$).*\S/));

/** A field that may be absent or null; of any other type than its own, the answer is refused. */
export function given<S extends AnswerShape>(shape: S) {
  return v.optional(
    v.pipe(
      v.nullish(shape),
      v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
    ),
  );
}

/** A field that is only shown: absent, null or of another type, it is left out. */
export function shown<S extends AnswerShape>(shape: S) {
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

/** A text that must be there and not empty, such as a name or a status. */
export const filledText = v.pipe(v.string(), v.nonEmpty());

/** A text that is only shown. */
export const shownText = shown(v.string());

/** Values by their names. */
export const valuesShape = v.record(v.string(), v.unknown());

/** An answer of which only its being JSON counts. */
export const anyAnswer = v.unknown();

/**
 * The answer in its shape.
 * @throws PipewrightError `unexpected-answer` that names the field, never its value
 */
export function checkAnswer<S extends AnswerShape>(
  shape: S,
  answer: unknown,
  service: string,
  status?: number,
): Answered<S> {
  const result = v.safeParse(shape, answer);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw unexpectedAnswer(
    service,
    field === null
      ? `${service} sent an answer that is not what its interface promises.`
      : `${service} sent an answer in which “${field.slice(0, 100)}” is missing or not what its interface promises.`,
    status,
  );
}

/** The error of an answer that cannot be used. */
export function unexpectedAnswer(service: string, message: string, status?: number): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-answer',
    service,
    message,
    hint: 'Check the address in the connection: a web page or a proxy may answer instead of the interface. If it is right, try again in a few minutes.',
    ...(status === undefined ? {} : { status }),
  });
}

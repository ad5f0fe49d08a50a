import { Refusal, text } from '../server/reply.ts';

/** A required text in the body of a control request. @throws Refusal with 400 */
export function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Refusal(text(400, `“${name}” must be a non-empty string.`));
  return value;
}

/** A required URL in the body of a control request. @throws Refusal with 400 */
export function urlOf(body: Record<string, unknown>, name: string): string {
  const url = textOf(body, name);
  if (!URL.canParse(url)) throw new Refusal(text(400, `“${name}” must be a URL.`));
  return url;
}

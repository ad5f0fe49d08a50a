import { PipewrightError } from '../../host/error.ts';
import { service } from './api.ts';
import type { RequestTemplate, Variables } from './job-template.ts';

const placeholder = /\{([A-Za-z]+)\}/g;

/** The labels of the fields that fill placeholders. */
const labels: Record<string, string> = {
  job: 'Job ID',
  owner: 'Repository',
  repository: 'Repository',
  ref: 'Branch or Tag',
  runId: 'Run ID',
};

/** Segments that would leave a path, also after a server has decoded it, and characters that no ID contains. */
const unsafe = /(?:^|[\\/])\.{1,2}(?:[\\/]|$)|\p{Cc}/u;

function invalid(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service, message, hint });
}

/** Whether a template contains a placeholder. */
export function uses({ path, body, bodyText = JSON.stringify(body ?? null) }: RequestTemplate, name: string): boolean {
  return `${path} ${bodyText}`.includes(`{${name}}`);
}

/**
 * Fills a path: each value becomes part of one segment or of the query, and can neither add segments nor leave the path, even
 * behind a server that decodes `%2F`.
 * @throws PipewrightError `invalid-input` if a value is missing or would change the path
 */
export function fillPath(path: string, variables: Variables): string {
  return path.replace(placeholder, (_whole, name: string) => {
    const value = own(variables, name);
    if (value === undefined || value === '')
      throw invalid(`“${labels[name] ?? name}” is missing.`, 'Fill in the field.');
    const text = String(value);
    if (unsafe.test(text))
      throw invalid(
        `“${labels[name] ?? name}” must not contain the path segments . or .., nor control characters.`,
        'Copy the ID from the tool.',
      );
    return encodeURIComponent(text);
  });
}

/** The value of a name; names such as `constructor` have none. */
const own = (variables: Variables, name: string): unknown =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

/** Fills a JSON value; a text that is only a placeholder becomes the value, and `undefined` if there is none. */
function fillValue(template: unknown, variables: Variables): unknown {
  if (typeof template === 'string') {
    const [, only] = /^\{([A-Za-z]+)\}$/.exec(template) ?? [];
    if (only !== undefined) return own(variables, only);
    return template.replace(placeholder, (whole, name: string) =>
      Object.hasOwn(variables, name) ? String(variables[name]) : whole,
    );
  }
  if (Array.isArray(template)) return template.map((entry) => fillValue(entry, variables));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillValue(value, variables)]));
}

/** The body of a request as JSON text; undefined without a body. Text of the user stays as it is, except for placeholders. */
export function fillBody({ body, bodyText }: RequestTemplate, variables: Variables): string | undefined {
  if (bodyText !== undefined)
    return bodyText.replace(placeholder, (whole, name: string) =>
      Object.hasOwn(variables, name) ? JSON.stringify(String(variables[name])).slice(1, -1) : whole,
    );
  return body === undefined ? undefined : JSON.stringify(fillValue(body, variables));
}

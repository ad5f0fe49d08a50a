import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A version that was uploaded: what Zapier runs, and what it keeps as the source. */
export interface UploadedVersion {
  version: string;
  zip: Buffer;
  sourceZip: Buffer;
}

/** The API behind Zapier's command line, as far as `register`, `validate` and `push` use it, on 127.0.0.1. */
export interface DeveloperApi {
  /** For the environment variable `ZAPIER_BASE_ENDPOINT`. */
  readonly url: string;
  /** The app's ID and key as in `.zapierapprc`, and a deploy key. */
  readonly app: { id: number; key: string };
  readonly deployKey: string;
  /** Definitions that were sent for integration checks. */
  readonly checked: Record<string, unknown>[];
  readonly uploads: UploadedVersion[];
  /** What was entered to register the app. */
  readonly registrations: Record<string, unknown>[];
  close(): Promise<void>;
}

const noFindings = (label: string) => ({ total_failures: 0, results: [], display_label: label });

const choice = (value: string) => ({ value, name: value });

/** The choices of the registration; the values of Zapier's servers are not documented. */
const fieldChoices = {
  intention: ['public', 'private'].map(choice),
  role: ['employee', 'contractor', 'user'].map(choice),
  app_category: ['developer-tools', 'databases'].map(choice),
};

/** Starts the API with one registered, private app. */
export async function startDeveloperApi(): Promise<DeveloperApi> {
  const deployKey = 'a-deploy-key';
  const app = { id: 4711, key: 'App4711' };
  const checked: Record<string, unknown>[] = [];
  const uploads: UploadedVersion[] = [];
  const registrations: Record<string, unknown>[] = [];
  const registered = {
    ...app,
    title: 'Pipewright',
    description: 'A test.',
    app_category: 'developer-tools',
    intention: 'private',
    role: 'user',
    status: 'private',
  };

  const answer = (method: string, path: string, body: Record<string, unknown>): object | undefined => {
    if (path === `/apps/${app.id}` && method === 'GET') return registered;
    if (path === '/apps/fields-choices' && method === 'GET') return fieldChoices;
    if (path === '/apps?formId=create' && method === 'POST') {
      registrations.push(body);
      return { ...registered, ...body };
    }
    if (path === '/check' && method === 'POST') {
      checked.push(body['app_definition'] as Record<string, unknown>);
      return {
        passes: ['D012'],
        errors: noFindings('Errors'),
        warnings: noFindings('Publishing Tasks'),
        suggestions: noFindings('Warnings'),
      };
    }
    const version = new RegExp(`^/apps/${app.id}/versions/([^/]+)$`).exec(path)?.[1];
    if (version === undefined || method !== 'PUT') return undefined;
    const bytes = (name: string) => Buffer.from(String(body[name]), 'base64');
    uploads.push({ version, zip: bytes('zip_file'), sourceZip: bytes('source_zip_file') });
    return { version };
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      // The choices of the registration are public.
      const isPublic = request.url?.endsWith('/apps/fields-choices');
      if (!isPublic && request.headers['x-deploy-key'] !== deployKey)
        return reply(401, { errors: ['The deploy key is wrong.'] });
      const text = Buffer.concat(chunks).toString('utf8');
      const path = (request.url ?? '').replace(/^\/api\/platform\/cli/, '');
      const found = answer(request.method ?? 'GET', path, text ? (JSON.parse(text) as Record<string, unknown>) : {});
      return found ? reply(200, found) : reply(404, { errors: [`There is no ${request.method} ${path}.`] });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    app,
    deployKey,
    checked,
    uploads,
    registrations,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

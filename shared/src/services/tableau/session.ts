import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrlOfPage } from '../../http/base-url.ts';
import { isRedirect } from '../../http/guard-redirects.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import { filledText, type Parsed } from '../../http/response-schema.ts';
import { backoff } from '../../http/retry-delay.ts';
import type { TableauConnection } from './connection-fields.ts';
import { readProblem } from './problem.ts';

/** Display name of the service. */
export const service = 'Tableau';

/**
 * The newest version of the API that requests use. A server answers requests of earlier versions as those document, so an update
 * of Tableau changes nothing here; an older server is asked in its own version.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_versions.htm
 */
const newestVersion = '3.27';

const sessionShape = v.object({
  token: filledText,
  siteId: filledText,
  /** URL of the server, without a trailing slash; for Tableau Cloud that of the pod. */
  address: filledText,
  /** Version of the API: `3.27`. */
  version: filledText,
});

/** A session of a personal access token. */
export type Session = Parsed<typeof sessionShape>;

/**
 * How long a session is used, in seconds: Tableau Cloud ends a session after about two hours, Tableau Server after about four
 * hours without requests.
 */
const sessionSeconds = 110 * 60;

/** How often one call may sign in again. */
export const maxSignIns = 3;

const versionShape = v.object({
  serverInfo: v.object({ restApiVersion: v.pipe(v.string(), v.regex(/^\d+\.\d+$/)) }),
});

const credentialsShape = v.object({
  credentials: v.object({
    token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
    site: v.object({ id: filledText }),
  }),
});

/** Whether a version of the API is at least another one; both are like `3.9`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimum.split('.').map(Number);
  return major === minimumMajor ? minor >= minimumMinor : major > minimumMajor;
}

const signInHint = {
  n8n: 'Check the personal access token in the credential, its name, and Server URL and Site. A token expires when it is not used for 15 days; then create a new one in Tableau under My Account Settings.',
  zapier:
    'Check the personal access token in the connection, its name, and Server URL and Site. A token expires when it is not used for 15 days; then create a new one in Tableau under My Account Settings.',
};

const addressHint = {
  n8n: 'Check Server URL in the credential: enter the URL of Tableau up to the first slash, such as https://10ax.online.tableau.com.',
  zapier:
    'Check Server URL in the connection: enter the URL of Tableau up to the first slash, such as https://10ax.online.tableau.com.',
};

const signInHints: Record<number, Wording> = { 401: signInHint, 404: addressHint };

const readSignInProblem = (response: HttpResponse): VendorProblem =>
  withoutUndefined({ ...readProblem(response), hint: signInHints[response.status] });

/** The base URL of the server; the path of a pasted page URL of Tableau Cloud is removed. */
export const serverUrl = ({ address }: TableauConnection): string =>
  baseUrlOfPage(address, 'Server URL', /(?:^|\.)online\.tableau\.com$/);

/** A host of Tableau Cloud, `online.tableau.com` or a pod such as `10ax.online.tableau.com`, with an encrypted connection. */
const isTableauCloud = ({ protocol, hostname, port }: URL): boolean =>
  protocol === 'https:' && port === '' && /^(?:[a-z0-9-]+\.)*online\.tableau\.com$/.test(hostname);

/** The pod to which `online.tableau.com` redirects; undefined for any other redirect, which must not receive the token. */
function podOf(from: string, response: HttpResponse): string | undefined {
  const location = response.headers['location'];
  if (!isRedirect(response) || location === undefined || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  return isTableauCloud(new URL(from)) && isTableauCloud(target) ? target.origin : undefined;
}

/** A client for signing in, which sends no session. */
function openSignIn(host: Host, address: string): Api {
  return openApi({
    service: `${service} sign-in`,
    baseUrl: address,
    host,
    readProblem: readSignInProblem,
    staysOnOrigin: false,
    maxRenewals: 0,
    authorize: async () => ({}),
  });
}

/** The version of the API to use with a server. */
async function readVersion(host: Host, address: string, endsAt: number | undefined): Promise<string> {
  const { serverInfo } = await openSignIn(host, address).json('GET', '/api/2.4/serverinfo', versionShape, { endsAt });
  const { restApiVersion: version } = serverInfo;
  return isAtLeast(version, newestVersion) ? newestVersion : version;
}

/** How to sign in. */
interface SignIn {
  endsAt: number | undefined;
  /** The session that was rejected, whose version is still right. */
  previous: Session | undefined;
}

/**
 * Signs in with the personal access token, which ends its previous session.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_auth.htm
 */
async function signIn(
  { connection, host }: Context<TableauConnection>,
  { endsAt, previous }: SignIn,
): Promise<Session> {
  let address = serverUrl(connection);
  const version = previous?.version ?? (await readVersion(host, address, endsAt));
  const send: Host['http'] = async (request) => {
    const response = await host.http(request);
    const pod = podOf(request.url, response);
    if (pod === undefined) return response;
    address = pod;
    return host.http({ ...request, url: `${pod}${new URL(request.url).pathname}` });
  };
  const following: Host = Object.create(host, { http: { value: send } });
  const { patName, patSecret, site = '' } = connection;
  const json = {
    credentials: {
      personalAccessTokenName: patName,
      personalAccessTokenSecret: patSecret.trim(),
      site: { contentUrl: site },
    },
  };
  // A repeated sign-in only ends a session that nobody uses.
  const call = { json, effect: 'idempotent', endsAt } as const;
  const { credentials } = await openSignIn(following, address).json(
    'POST',
    `/api/${version}/auth/signin`,
    credentialsShape,
    call,
  );
  return { token: credentials.token, siteId: credentials.site.id, address, version };
}

/** Sign-ins in progress in this process, by session, because a second sign-in would end the session of the first. */
const inProgress = new Map<string, { session: Promise<Session>; endsAt: number | undefined }>();

const keyOf = ({ address, site, patName, patSecret }: TableauConnection): string =>
  `session:${createHash('sha256')
    .update(JSON.stringify([service, address, site, patName, patSecret]))
    .digest('hex')
    .slice(0, 40)}`;

async function readCached({ cache }: Host, key: string): Promise<Session | undefined> {
  const cached = v.safeParse(sessionShape, await cache.get(key));
  return cached.success ? cached.output : undefined;
}

/** The error for a session that is ended again and again. It says nothing about the token itself, which signs in. */
function sessionTaken(): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    service,
    retryable: true,
    message: 'Tableau ended the session several times: something else signs in with the same personal access token.',
    hint: {
      n8n: 'Tableau allows one session per token. Create a token in Tableau under My Account Settings that only this credential uses.',
      zapier:
        'Tableau allows one session per token. Create a token in Tableau under My Account Settings that only this connection uses.',
    },
  });
}

/**
 * Returns the session of a connection. All calls of a process share it, because Tableau allows one session per token: it is
 * signed in again only when it was rejected and nobody else has done so, and it is never signed out.
 * @param rejected the token of the session that was rejected, and how often this happened to the call
 * @throws PipewrightError `unauthorized` if Tableau rejects the token, `unavailable` if others keep ending the session
 */
export async function openSession(
  context: Context<TableauConnection>,
  endsAt?: number,
  rejected?: { token: string; times: number },
): Promise<Session> {
  const { connection, host } = context;
  const key = keyOf(connection);
  if (rejected && rejected.times >= maxSignIns) throw sessionTaken();
  // Another process that uses the same token may need the session; a pause lets one of them finish its call.
  if (rejected && rejected.times > 1) await host.sleep(backoff(rejected.times, host.random()));
  const cached = await readCached(host, key);
  const isUsable = cached !== undefined && cached.token !== rejected?.token;
  const session = isUsable ? cached : await signInOnce(context, key, { endsAt, previous: cached });
  host.mask?.add(session.token);
  return session;
}

/** Whether a sign-in failed for a reason of the call that made it: it was stopped, or it had less time than another call has. */
const failedAlone = (error: unknown, endsAt = Infinity, otherEndsAt = Infinity): boolean =>
  error instanceof PipewrightError && (error.code === 'cancelled' || (error.retryable && endsAt < otherEndsAt));

async function signInOnce(context: Context<TableauConnection>, key: string, how: SignIn): Promise<Session> {
  const shared = inProgress.get(key);
  if (shared)
    return shared.session.catch((error: unknown) => {
      // What Tableau refused to one call, it refuses to all; asking again for each could lock the user out.
      if (!failedAlone(error, shared.endsAt, how.endsAt)) throw error;
      return signInOnce(context, key, how);
    });
  const session = (async () => {
    const signedIn = await signIn(context, how);
    context.host.mask?.add(signedIn.token);
    await context.host.cache.set(key, signedIn, sessionSeconds);
    return signedIn;
  })().finally(() => inProgress.delete(key));
  inProgress.set(key, { session, endsAt: how.endsAt });
  return session;
}

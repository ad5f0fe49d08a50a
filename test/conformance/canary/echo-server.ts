import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The ways in which the server responds to any request. */
export const answers = [
  '400',
  '401',
  '403',
  '404',
  '409',
  '429',
  '500',
  'text 400',
  'page 500',
  'ok: false',
  'object',
  'other object',
  'list',
  'table',
  'redirect',
] as const;

/** One of these ways. */
export type Answer = (typeof answers)[number];

/** Separates the encodings of a value in an echo. */
export const separator = ' | ';

/** The token that every login returns: a secret that no connection contains. */
export const fetchedToken = 'fetched/tok3n+of~the=double&1';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

const html = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');

/** Headers that HTTP itself sets, so that they never contain a secret. */
const transportHeaders =
  /^(?:accept|accept-encoding|connection|content-length|content-type|host|transfer-encoding|user-agent)$/;

/** All values of a request, including those in HTTP Basic, each in every encoding. */
function echoOf(request: IncomingMessage, body: string): string {
  const values = Object.entries(request.headers)
    .filter(([name]) => !transportHeaders.test(name))
    .flatMap(([, value]) => value ?? []);
  const basic = values.flatMap((value) =>
    /^Basic /i.test(value) ? [Buffer.from(value.slice(6), 'base64').toString('utf8')] : [],
  );
  const bearer = values.flatMap((value) => /^(?:Bearer|Token) (.+)$/i.exec(value)?.[1] ?? []);
  const form = [...new URLSearchParams(body), ...new URL(request.url ?? '/', 'http://x').searchParams].map(
    ([, value]) => value,
  );
  const parts = [
    ...values,
    ...basic,
    ...basic.flatMap((pair) => pair.split(':')),
    ...bearer,
    ...form,
    request.url ?? '',
    body,
  ];
  const encoded = parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    encodeURIComponent(part).toLowerCase(),
    new URLSearchParams([['', part]]).toString().slice(1),
    JSON.stringify(part),
    html(part),
    Buffer.from(part).toString('base64'),
  ]);
  return [...new Set(encoded)].join(separator);
}

/** An object with the fields of most vendor responses; every text in it is the echo. */
function universal(said: string, isOther: boolean, login: object): object {
  const leaf = {
    id: '1',
    run_id: 1,
    job_id: 1,
    runId: '1',
    token: 'r1',
    ok: true,
    name: said,
    label: said,
    title: said,
    type: 'Copy',
    message: said,
    error: said,
    description: said,
    reason: said,
    status: isOther ? 20 : 'Failed',
    status_message: said,
    status_humanized: said,
    is_complete: true,
    is_error: true,
    state: isOther ? 'failed' : { life_cycle_state: 'TERMINATED', result_state: 'FAILED', state_message: said },
    run_name: said,
    task_key: said,
    error_message: said,
    error_trace: said,
    logs: said,
    createdAt: '2026-11-20T08:00:00Z',
    created_at: '2026-11-20T08:00:00Z',
    finishedAt: '2026-11-20T08:10:00Z',
    completed_at: '2026-11-20T08:10:00Z',
    runStart: '2026-11-20T08:00:00Z',
    runEnd: '2026-11-20T08:10:00Z',
    activityName: said,
    activityType: 'Copy',
    output: { said },
    parameters: { said },
    pipelineName: said,
    invokedBy: { name: said },
    text: said,
    displayName: said,
    start_time: 1795766400000,
    end_time: 1795766409000,
    ts: '1.2',
    channel: 'C1',
    upload_url: undefined,
    file_id: 'F1',
    ...login,
    email: said,
    real_name: said,
    team: said,
    user: { id: 'U1', name: said, real_name: said, profile: {} },
    properties: { said, state: 'Failed' },
    log: [said],
    errorInfo: [{ message: said, errorCode: said }],
    livyInfo: {},
    appId: said,
    run_steps: [{ name: said, status: 20, status_humanized: 'Error', logs: said }],
    job: { id: 1, name: said },
  };
  const list = [leaf];
  return {
    ...leaf,
    value: list,
    tasks: list,
    jobs: list,
    runs: list,
    job_runs: list,
    channels: list,
    members: list,
    items: list,
    files: list,
    data: isOther ? leaf : list,
    _embedded: { reports: list, report_runs: list, query_runs: list, queries: list, spaces: list },
    sessions: list,
    notebook_output: { result: said },
  };
}

const placeholder = 'ECHO';
const written = new Map<string, string>();

/** `universal` as JSON; serialized once, then its texts are replaced, because it repeats the echo hundreds of times. */
function universalJson(said: string, isOther: boolean, login: object): string {
  const key = `${isOther} ${JSON.stringify(login)}`;
  const json = written.get(key) ?? JSON.stringify(universal(placeholder, isOther, login));
  written.set(key, json);
  const escaped = JSON.stringify(said).slice(1, -1);
  return json.split(placeholder).join(escaped);
}

/** A server that echoes all values of a request wherever a vendor response can contain text. */
export async function startEchoServer() {
  let answer: Answer = '400';
  let requests = 0;
  const server = createServer((request, response) => {
    void (async () => {
      requests += 1;
      const said = echoOf(request, await bodyOf(request));
      const isLogin = /token/.test(request.url ?? '') && request.method === 'POST';
      const login = isLogin ? { access_token: fetchedToken, expires_in: 3600 } : {};
      const isJson = !/text|page|table/.test(answer);
      const headers = {
        'x-request-id': encodeURIComponent(said).slice(0, 4000),
        'x-ms-request-id': Buffer.from(said, 'utf8')
          .toString('latin1')
          .replace(/[^\x20-\x7e]/g, '?')
          .slice(0, 4000),
        'content-disposition': `attachment; filename="${encodeURIComponent(said).slice(0, 2000)}.csv"`,
      };
      const status = Number(/\d+/.exec(answer)?.[0] ?? 200);
      response.setHeader(
        'content-type',
        isJson ? 'application/json' : answer === 'page 500' ? 'text/html' : 'text/csv',
      );
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (answer === 'redirect' && !(request.url ?? '').includes('again='))
        return response.writeHead(302, { location: `/again?again=${encodeURIComponent(said).slice(0, 3000)}` }).end();
      response.statusCode = isLogin && status === 401 ? 200 : status;
      if (answer === 'text 400') return response.end(said);
      if (answer === 'page 500') return response.end(`<html><title>${html(said)}</title></html>`);
      if (answer === 'table') return response.end(`said,id\n"${said.replace(/"/g, '""')}",1\n`);
      if (answer === 'list') return response.end(`[${universalJson(said, false, login)}]`);
      if (answer === 'object' || answer === 'other object' || (isLogin && status === 401))
        return response.end(universalJson(said, answer === 'other object', login));
      return response.end(
        JSON.stringify({
          ok: false,
          error: { code: 'Refused', message: said },
          error_description: said,
          message: said,
          status: { code: status, user_message: said, developer_message: said },
          errors: [said],
        }),
      );
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Sets how the server responds from now on. */
    answerWith: (next: Answer) => void (answer = next),
    /** The number of requests so far. */
    requests: () => requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The running server. */
export type EchoServer = Awaited<ReturnType<typeof startEchoServer>>;

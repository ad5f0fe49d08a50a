import type { SandboxContext } from '../server/context.ts';
import { empty, json, Refusal } from '../server/reply.ts';
import { parameter, readJson, wholeNumber, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { tableauAccount } from './account.ts';
import type { TableauJob, TableauJobs } from './jobs.ts';
import { entryOf, tableauContent, type ContentList, type TableauContent } from './world.ts';

/** A Tableau error response; its code starts with the status. */
function refusal(code: string, summary: string, detail: string): Refusal {
  return new Refusal(json(Number(code.slice(0, 3)), { error: { summary, detail, code } }));
}

const maxRefreshesPerHour = 60;

const tokens = new Map<string, { secret: string; isAdministrator: boolean }>([
  [tableauAccount.patName, { secret: tableauAccount.patSecret, isAdministrator: true }],
  [tableauAccount.explorerName, { secret: tableauAccount.explorerSecret, isAdministrator: false }],
]);

/** One page of a list. Numbers are text, and an empty list has no entries. */
function page(request: SandboxRequest, list: string, entry: string, all: readonly unknown[]) {
  const size = Math.min(1000, wholeNumber(request, 'pageSize', 100));
  const number = wholeNumber(request, 'pageNumber', 1);
  if (size < 1) throw refusal('400007', 'Bad Request', 'Page size must be between 1 and 1000.');
  const entries = all.slice((number - 1) * size, number * size);
  return json(200, {
    pagination: { pageNumber: String(number), pageSize: String(size), totalAvailable: String(all.length) },
    [list]: entries.length === 0 ? {} : { [entry]: entries },
  });
}

/** A webhook of the site. */
export interface TableauWebhook {
  id: string;
  event: string;
  url: string;
}

/** The REST API of Tableau. @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api.htm */
export function tableau(context: SandboxContext, jobs: TableauJobs, webhooks: Map<string, TableauWebhook>): Vendor {
  /** The only session of each personal access token. */
  const sessions = new Map<string, string>();

  const sessionOf = (request: SandboxRequest): string | undefined => {
    const token = String(request.headers['x-tableau-auth'] ?? '');
    const issued = context.tokens.find(token);
    if (issued?.resource !== 'tableau' || issued.expired || sessions.get(issued.clientId) !== token) return undefined;
    return issued.clientId;
  };
  const requireAdministrator = (request: SandboxRequest): void => {
    if (!tokens.get(sessionOf(request) ?? '')?.isAdministrator)
      throw refusal('403004', 'Forbidden', 'Only site administrators may perform this request.');
  };
  const content = (request: SandboxRequest, list: ContentList): TableauContent => {
    const found = tableauContent.find((one) => one.list === list && one.id === parameter(request, 'id'));
    if (!found) throw refusal('404006', 'Resource Not Found', `${entryOf[list]} could not be found.`);
    return found;
  };
  const show = ({ id, name, project, page: number, list, hasExtract }: TableauContent) => ({
    id,
    name,
    contentUrl: name.replaceAll(' ', ''),
    webpageUrl: `https://10ax.online.tableau.com/#/site/contoso/${list}/${number}`,
    updatedAt: '2026-11-19T07:30:00Z',
    hasExtracts: hasExtract,
    project: { id: `project-${project}`, name: project },
    owner: { id: 'owner-1' },
    tags: {},
  });
  const job = (request: SandboxRequest): TableauJob => {
    const found = jobs.all.find(({ id }) => id === parameter(request, 'job'));
    if (!found || context.clock.now() < found.createdAt + found.plan.hiddenMilliseconds)
      throw refusal('404031', 'Resource Not Found', 'The job could not be found.');
    return found;
  };
  const queue = (one: TableauContent, incremental: boolean) => {
    if (!one.hasExtract)
      throw refusal(
        '409090',
        'Bad Request',
        `Extract operation for the ${entryOf[one.list]} '${one.name}' is not allowed.`,
      );
    if (jobs.activeOf(one))
      throw refusal(
        '409093',
        'Resource Conflict',
        `Job for \\'${one.name}\\' is already queued. Not queuing a duplicate.`,
      );
    if (one.list !== 'flows' && jobs.refreshesInLastHour() >= maxRefreshesPerHour)
      throw refusal('429000', 'Too Many Requests', 'Too many requests. Try again in 3600 seconds.');
    return json(one.list === 'flows' ? 200 : 202, { job: jobs.showStarted(jobs.start(one, incremental)) });
  };
  const refresh = (list: ContentList) => (request: SandboxRequest) => {
    const spec = readJson(request)['extractRefresh'] as { incremental?: boolean } | undefined;
    return queue(content(request, list), spec?.incremental === true);
  };
  const runFlow = (request: SandboxRequest) => {
    const flow = content(request, 'flows');
    const spec = readJson(request)['flowRunSpec'] as { flowId?: string } | undefined;
    if (spec !== undefined && spec.flowId !== flow.id)
      throw refusal('400000', 'Bad Request', 'The flow ID in the body does not match the URL.');
    return queue(flow, false);
  };
  /** The jobs that a filter such as `status:eq:Pending` or `createdAt:gte:2026-11-20T08:00:00Z` finds. */
  const filtered = (filter: string) =>
    jobs.all
      .map((one) => jobs.showEntry(one))
      .filter((entry) =>
        filter.split(',').every((condition) => {
          const [field = '', operator = '', ...rest] = condition.split(':');
          const wanted = rest.join(':');
          if (condition === '') return true;
          if (operator === 'eq') return entry[field] === wanted;
          if (operator === 'gte') return (entry[field] ?? '') >= wanted;
          throw refusal('400006', 'Bad Request', `Invalid filter expression: ${condition}`);
        }),
      );
  const signIn = (request: SandboxRequest) => {
    const body = readJson(request)['credentials'] as Record<string, unknown> | undefined;
    const name = String(body?.['personalAccessTokenName'] ?? '');
    const { contentUrl } = (body?.['site'] ?? {}) as { contentUrl?: string };
    if (tokens.get(name)?.secret !== body?.['personalAccessTokenSecret'] || contentUrl !== tableauAccount.site)
      throw refusal('401001', 'Signin Error', 'Error signing in to Tableau.');
    const token = context.tokens.issue('tableau', name, Math.min(context.tokenSeconds, 7200));
    sessions.set(name, token);
    return json(200, {
      credentials: {
        site: { id: tableauAccount.siteId, contentUrl },
        user: { id: `user-${name}` },
        token,
        estimatedTimeToExpiration: '2:00:00',
      },
    });
  };
  const showWebhook = ({ id, event, url }: TableauWebhook) => ({
    id,
    name: `Pipewright: ${event}`,
    event,
    isEnabled: true,
    statusChangeReason: '',
    'webhook-destination': { 'webhook-destination-http': { method: 'POST', url } },
  });
  const webhook = (request: SandboxRequest): TableauWebhook => {
    requireAdministrator(request);
    const found = webhooks.get(parameter(request, 'webhook'));
    if (!found) throw refusal('404034', 'Resource Not Found', 'The webhook could not be found.');
    return found;
  };
  const createWebhook = (request: SandboxRequest) => {
    requireAdministrator(request);
    const { event, 'webhook-destination': destination } = (readJson(request)['webhook'] ?? {}) as {
      event?: string;
      'webhook-destination'?: { 'webhook-destination-http'?: { url?: string } };
    };
    const url = destination?.['webhook-destination-http']?.url;
    if (!event || !url) throw refusal('400000', 'Bad Request', 'Payload is either malformed or incomplete.');
    const created = { id: context.identifiers.uuid(), event, url };
    webhooks.set(created.id, created);
    return json(201, { webhook: showWebhook(created) });
  };
  const site = '/{version}/sites/{site}';
  const lists = Object.fromEntries(
    (['workbooks', 'datasources', 'flows'] as const).flatMap((list) => [
      [
        `GET ${site}/${list}`,
        (request: SandboxRequest) =>
          page(request, list, entryOf[list], tableauContent.filter((one) => one.list === list).map(show)),
      ],
      [
        `GET ${site}/${list}/{id}`,
        (request: SandboxRequest) => json(200, { [entryOf[list]]: show(content(request, list)) }),
      ],
    ]),
  );
  const isOpen = ({ path }: SandboxRequest): boolean => /\/serverinfo$|\/auth\/signin$/.test(path);
  return {
    name: 'tableau',
    prefix: '/tableau/api',
    routes: {
      'GET /2.4/serverinfo': () =>
        json(200, {
          serverInfo: { productVersion: { value: '2026.2.1', build: '20262.26.0901.1010' }, restApiVersion: '3.28' },
        }),
      'POST /{version}/auth/signin': signIn,
      ...lists,
      [`POST ${site}/workbooks/{id}/refresh`]: refresh('workbooks'),
      [`POST ${site}/datasources/{id}/refresh`]: refresh('datasources'),
      [`POST ${site}/flows/{id}/run`]: runFlow,
      [`GET ${site}/webhooks`]: (request) => {
        requireAdministrator(request);
        const all = [...webhooks.values()].map(showWebhook);
        return json(200, { webhooks: all.length === 0 ? {} : { webhook: all } });
      },
      [`POST ${site}/webhooks`]: createWebhook,
      [`GET ${site}/webhooks/{webhook}`]: (request) => json(200, { webhook: showWebhook(webhook(request)) }),
      [`DELETE ${site}/webhooks/{webhook}`]: (request) => {
        webhooks.delete(webhook(request).id);
        return empty(204);
      },
      [`GET ${site}/jobs`]: (request) => {
        requireAdministrator(request);
        return page(request, 'backgroundJobs', 'backgroundJob', filtered(request.query.get('filter') ?? ''));
      },
      [`GET ${site}/jobs/{job}`]: (request) => json(200, { job: jobs.showDetails(job(request)) }),
      [`PUT ${site}/jobs/{job}`]: (request) => {
        const found = job(request);
        if (jobs.isOver(found)) throw refusal('400031', 'Bad Request', 'The job cannot be canceled.');
        jobs.cancel(found);
        return empty(200);
      },
    },
    admit(request) {
      if (isOpen(request)) return;
      if (sessionOf(request) === undefined)
        throw refusal('401002', 'Unauthorized Access', 'Invalid authentication credentials were provided.');
      if (!request.path.includes(`/sites/${tableauAccount.siteId}/`))
        throw refusal('404000', 'Resource Not Found', 'The site could not be found.');
    },
    unknown: () => json(404, { error: { summary: 'Resource Not Found', detail: 'Unknown path.', code: '404000' } }),
  };
}

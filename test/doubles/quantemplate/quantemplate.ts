import { quantemplateAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { empty, json, Refusal, text, type Reply } from '../server/reply.ts';
import { bearerToken, parameter, readForm, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { claimsCsv } from './claims-csv.ts';
import type { Datasets } from './datasets.ts';
import type { EventSender } from './event-sender.ts';
import { quantemplatePipelines, type Executions } from './executions.ts';

const account = quantemplateAccount;
const csv = { 'content-type': 'text/csv; charset=utf-8' };

/**
 * Quantemplate's login server (Keycloak).
 * @see https://quantemplate.readme.io/reference
 */
export function quantemplateLogin(context: SandboxContext): Vendor {
  function giveToken(request: SandboxRequest): Reply {
    if (!/^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '')) {
      return json(400, { error: 'invalid_request', error_description: 'Missing form parameter: grant_type' });
    }
    const form = readForm(request);
    if (!form.get('grant_type'))
      return json(400, { error: 'invalid_request', error_description: 'Missing form parameter: grant_type' });
    if (form.get('grant_type') !== 'client_credentials')
      return json(400, { error: 'unsupported_grant_type', error_description: 'Unsupported grant_type' });
    if (form.get('client_id') !== account.clientId)
      return json(401, { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' });
    if (form.get('client_secret') !== account.clientSecret)
      return json(401, {
        error: 'unauthorized_client',
        error_description: 'Invalid client or Invalid client credentials',
      });
    const token = context.tokens.issue('quantemplate', account.clientId, context.tokenSeconds);
    return json(200, {
      access_token: token,
      expires_in: context.tokenSeconds,
      refresh_expires_in: 1800,
      refresh_token: context.identifiers.hex(40),
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'profile email',
    });
  }
  return {
    name: 'quantemplate-login',
    prefix: '/quantemplate/auth',
    routes: { 'POST /realms/qt/protocol/openid-connect/token': giveToken },
    unknown: () => json(404, { error: 'RESTEASY003210: Could not find resource for full path' }),
  };
}

/** Quantemplate's API. @see https://quantemplate.readme.io/reference */
export function quantemplate(
  context: SandboxContext,
  datasets: Datasets,
  executions: Executions,
  events: EventSender,
): Vendor {
  const organisation = '/organisations/{organisationId}';
  const executionsPath = `${organisation}/pipelines/{pipelineId}/executions`;

  const notFound = (request: SandboxRequest) =>
    new Refusal(
      json(404, {
        executionId: { value: request.parameters['executionId'] ?? '' },
        outputId: { value: request.parameters['outputId'] ?? request.parameters['datasetId'] ?? '' },
      }),
    );

  function checkOrganisation(request: SandboxRequest): void {
    if (parameter(request, 'organisationId') !== account.organisationId)
      throw new Refusal(text(403, 'The user does not belong to the organisation.'));
  }

  function checkPipeline(request: SandboxRequest): string {
    checkOrganisation(request);
    const id = parameter(request, 'pipelineId');
    if (!(id in quantemplatePipelines)) throw notFound(request);
    return id;
  }

  function checkDataset(request: SandboxRequest, wanted: 'read' | 'edit'): string {
    checkOrganisation(request);
    const id = parameter(request, 'datasetId');
    const access = datasets.access(id);
    if (access === undefined) throw notFound(request);
    if (access === 'none' || (wanted === 'edit' && access !== 'edit'))
      throw new Refusal(text(403, `The dataset is not shared with the user with the permission to ${wanted}.`));
    return id;
  }

  return {
    name: 'quantemplate',
    prefix: '/quantemplate/v1',
    admit(request) {
      const token = context.tokens.find(bearerToken(request));
      if (!token || token.expired || token.resource !== 'quantemplate')
        throw new Refusal(text(401, 'Unauthorized', { 'www-authenticate': 'Bearer' }));
    },
    headers(request): Record<string, string> {
      const trace = request.headers['x-qt-trace-id'];
      return typeof trace === 'string' ? { 'x-qt-trace-id': trace } : {};
    },
    unknown: () => text(404, 'Not found'),
    routes: {
      [`POST ${executionsPath}`]: (request) => json(200, executions.show(executions.start(checkPipeline(request)))),
      [`GET ${executionsPath}`]: (request) =>
        json(
          200,
          executions.list(checkPipeline(request)).map((execution) => executions.show(execution)),
        ),
      [`GET ${executionsPath}/{executionId}/outputs/{outputId}`](request) {
        const execution = executions
          .list(checkPipeline(request))
          .find(({ id }) => id === parameter(request, 'executionId'));
        const output = execution?.outputs.find(({ id }) => id === parameter(request, 'outputId'));
        if (!execution || !output || executions.status(execution) !== 'Succeeded') throw notFound(request);
        return { status: 200, headers: csv, body: claimsCsv(100, execution.runNumber) };
      },
      [`GET ${organisation}/datasets/{datasetId}`](request) {
        const id = checkDataset(request, 'read');
        const version = request.query.get('version');
        if (version !== null && !/^\d+$/.test(version)) return text(400, 'The version is not a whole number.');
        const bytes = datasets.open(id, version === null ? undefined : Number(version));
        if (bytes === null) throw notFound(request);
        return bytes === undefined ? empty(204) : { status: 200, headers: csv, body: bytes };
      },
      [`POST ${organisation}/datasets/{datasetId}`](request) {
        const id = checkDataset(request, 'edit');
        datasets.write(id, request.body);
        void events.publish({ name: 'DatasetUpdated', payload: { datasetId: id } });
        return text(200, '');
      },
    },
  };
}

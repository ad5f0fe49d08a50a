import { slackAccount } from './account.ts';
import { json, text, type Reply } from '../server/reply.ts';
import { bearerToken, parameter, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { readArguments, SlackError, string } from './arguments.ts';
import type { SlackWorkspace } from './workspace.ts';

const account = slackAccount;

/** Scopes that `readerToken` lacks, by method. */
const permissions: Record<string, string> = {
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'files.info': 'files:read',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
};

/** Slack's Web API: errors have HTTP status 200. @see https://docs.slack.dev/apis/web-api */
export function slack(workspace: SlackWorkspace): Vendor {
  function call(request: SandboxRequest): Reply {
    try {
      const input = readArguments(request);
      const name = parameter(request, 'method');
      const method = workspace.methods[name];
      if (!method) throw new SlackError('unknown_method', { req_method: name });
      const token =
        bearerToken(request) ??
        (request.method === 'POST' && !request.query.has('token') ? string(input['token']) : '');
      if (token === '') throw new SlackError('not_authed');
      if (token !== account.botToken && token !== account.readerToken) throw new SlackError('invalid_auth');
      const needed = permissions[name];
      if (token === account.readerToken && needed)
        throw new SlackError('missing_scope', { needed, provided: 'channels:read,users:read' });
      return json(200, { ok: true, ...method(input) });
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return json(200, { ok: false, error: error.message, ...error.more });
    }
  }
  return {
    name: 'slack',
    prefix: '/slack',
    routes: {
      'POST /api/{method}': call,
      'GET /api/{method}': call,
      'GET /files-pri/{place}/download/{name}': (request) =>
        workspace.download(request, bearerToken(request) === account.botToken),
      'POST /upload/v1/{file}': (request) => workspace.upload(request),
    },
    unknown: () => text(404, 'not found'),
  };
}

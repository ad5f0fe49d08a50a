import { empty, text } from '../server/reply.ts';
import { parameter, readJson } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import type { PipelineEngine } from './pipeline-engine.ts';

/** Callback URLs of WebHook activities; the URL itself is the credential. */
export function callbacks(engines: readonly PipelineEngine[]): Vendor {
  return {
    name: 'azure-callbacks',
    prefix: '/callbacks',
    routes: {
      'POST /{token}'(request) {
        const taken =
          request.query.get('token') === 'secret-of-the-callback' &&
          engines.some((engine) => engine.complete(parameter(request, 'token'), readJson(request)));
        return taken ? empty(200) : text(404, '');
      },
    },
    unknown: () => text(404, ''),
  };
}

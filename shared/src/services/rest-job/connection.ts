import { PipewrightError } from '../../host/error.ts';
import { defineConnection } from '../../define/connection.ts';
import { baseUrlOf, logIn, openTool } from './api.ts';
import { fields } from './connection-fields.ts';

/** The API of any tool, with or without authentication. */
export const restJobConnection = defineConnection({
  key: 'restJob',
  name: 'REST Job API',
  description: 'The API of a tool that starts jobs by a request: its base URL and authentication.',
  documentationUrl: 'https://github.com/pipewright/pipewright/blob/main/docs/rest-job.md#tools',
  fields,
  async test(context) {
    const address = baseUrlOf(context.connection);
    await logIn(context);
    try {
      await openTool(context).send('GET', '/');
    } catch (error) {
      // An API may answer nothing at its base URL. Only rejected credentials and a missing response are failures.
      if (!(error instanceof PipewrightError) || error.status === undefined || error.code === 'unauthorized')
        throw error;
    }
    return new URL(address).host;
  },
});

import { PipewrightError } from '../../host/error.ts';
import { defineConnection } from '../../define/connection.ts';
import { openWebsite, websiteOf } from './api.ts';
import { fields } from './connection-fields.ts';

/** A website with or without authentication. */
export const webAddressConnection = defineConnection({
  key: 'webAddress',
  name: 'Web Address',
  description: 'A website to download files from, with or without authentication.',
  documentationUrl: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Authentication',
  fields,
  async test(context) {
    try {
      await openWebsite(context).send('HEAD', '/');
    } catch (error) {
      // A website may have no home page. Only rejected credentials and a missing response are failures.
      if (!(error instanceof PipewrightError) || error.status === undefined || error.code === 'unauthorized')
        throw error;
    }
    return new URL(websiteOf(context.connection)).host;
  },
});

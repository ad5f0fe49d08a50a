import { PipewrightError } from '../../host/error.ts';
import { defineConnection } from '../../define/connection.ts';
import { openWebsite, websiteOf } from './api.ts';
import { fields } from './connection-fields.ts';

/** A website from which files are fetched, with a log-in or without one. */
export const webAddressConnection = defineConnection({
  key: 'webAddress',
  name: 'Web Address',
  description: 'A website from which files are fetched, with the log-in that it wants.',
  documentationUrl: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Authentication',
  fields,
  async test(context) {
    try {
      await openWebsite(context).send('HEAD', '/');
    } catch (error) {
      // A website need not have a first page; only a log-in that it refuses, or no answer at all, is a fault.
      if (!(error instanceof PipewrightError) || error.status === undefined || error.code === 'unauthorized')
        throw error;
    }
    return new URL(websiteOf(context.connection)).host;
  },
});

// The smallest app that receives events and logs them: the baseline for cold start, zip size and the time of an event.
import zapier, { defineApp, type Bundle, type ZObject } from 'zapier-platform-core';

export default defineApp({
  version: '1.0.0',
  platformVersion: zapier.version,
  triggers: {
    event: {
      key: 'event',
      noun: 'Event',
      display: {
        label: 'Event Received',
        description: 'Triggers when an event arrives.',
        directions: 'Enter the URL in the settings of the sender.',
      },
      operation: {
        type: 'hook',
        sample: { id: '1' },
        perform: async (z: ZObject, _bundle: Bundle) => {
          z.console.log('An event arrived.');
          return [{ id: '1' }];
        },
        performList: async () => [{ id: '1' }],
      },
    },
  },
  creates: {},
});

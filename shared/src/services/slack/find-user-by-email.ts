import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { boolean, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { optionalField, idShape, displayText } from '../../http/response-schema.ts';
import { openSlack, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';

const userShape = v.object({
  id: idShape,
  name: optionalField(v.string()),
  real_name: optionalField(v.string()),
  deleted: optionalField(v.boolean()),
  tz: displayText,
  profile: optionalField(v.object({ display_name: displayText, real_name: displayText, email: displayText })),
});

/**
 * Finds a user by email address; returns an empty list if there is none.
 * @see https://docs.slack.dev/reference/methods/users.lookupByEmail
 */
export const findUserByEmail = defineSearch<SlackConnection>()({
  key: 'findUserByEmail',
  name: 'Find User by Email',
  resource: 'User',
  description: 'Finds a user by email address.',
  input: {
    email: text({
      label: 'Email',
      help: 'The email address of the user in Slack.',
      placeholder: 'ada@contoso.com',
    }),
  },
  output: {
    id: text({ label: 'User ID' }),
    name: text({ label: 'Name' }),
    displayName: v.optional(text({ label: 'Display Name' })),
    email: v.optional(text({ label: 'Email' })),
    timeZone: v.optional(text({ label: 'Time Zone' })),
    deactivated: boolean({ label: 'Deactivated' }),
  },
  sample: {
    id: 'U0123456789',
    name: 'Ada Lovelace',
    displayName: 'ada',
    email: 'ada@contoso.com',
    timeZone: 'Europe/London',
    deactivated: false,
  },
  async run({ email }, context) {
    try {
      const { user } = await openSlack(context).json('GET', '/users.lookupByEmail', slackShape({ user: userShape }), {
        query: { email },
      });
      const { profile = {} } = user;
      return [
        {
          id: user.id,
          name: user.real_name || profile.real_name || user.name || user.id,
          deactivated: user.deleted ?? false,
          ...(profile.display_name ? { displayName: profile.display_name } : {}),
          ...(profile.email ? { email: profile.email } : {}),
          ...(user.tz ? { timeZone: user.tz } : {}),
        },
      ];
    } catch (error) {
      if (error instanceof PipewrightError && error.code === 'not-found') return [];
      throw error;
    }
  },
});

import * as v from 'valibot';
import { boolean, integer, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { readChannels, type VendorChannel } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';

/**
 * Finds channels by part of their name; exact matches come first.
 * @see https://docs.slack.dev/reference/methods/conversations.list
 */
export const findChannel = defineSearch<SlackConnection>()({
  key: 'findChannel',
  name: 'Find Channel',
  resource: 'Channel',
  description: 'Finds channels by name, excluding archived channels.',
  input: {
    name: text({
      label: 'Name',
      help: 'All or part of the channel name, with or without # (case-insensitive).',
      placeholder: 'data',
    }),
  },
  output: {
    id: text({ label: 'Channel ID' }),
    name: text({ label: 'Name' }),
    private: boolean({ label: 'Private' }),
    member: boolean({ label: 'Bot in Channel' }),
    topic: v.optional(text({ label: 'Topic' })),
    purpose: v.optional(text({ label: 'Purpose' })),
    memberCount: v.optional(integer({ label: 'Member Count' })),
  },
  sample: { id: 'C0123456789', name: 'data-team', private: false, member: true, topic: 'Claims', memberCount: 5 },
  async run(input, context) {
    const wanted = input.name.replace(/^#/, '').toLowerCase();
    const found: VendorChannel[] = [];
    for await (const channel of readChannels(context)) {
      if (channel.name?.toLowerCase().includes(wanted)) found.push(channel);
    }
    const isExact = ({ name }: VendorChannel) => Number(name?.toLowerCase() === wanted);
    return found
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map((channel) => ({
        id: channel.id,
        name: channel.name ?? '',
        private: channel.is_private ?? false,
        member: channel.is_member ?? false,
        ...(channel.topic?.value ? { topic: channel.topic.value } : {}),
        ...(channel.purpose?.value ? { purpose: channel.purpose.value } : {}),
        ...(channel.num_members === undefined ? {} : { memberCount: channel.num_members }),
      }));
  },
});

import * as v from 'valibot';
import type { HttpResponse } from '../../host/http.ts';
import { shown, shownText } from '../../http/answer-shape.ts';
import type { VendorProblem } from '../../http/http-error.ts';

/** What Slack's code means: the status that other vendors would send, what happened, and what to do. */
interface Meaning {
  status: number;
  message: string;
  hint: string;
}

const badToken = 'Copy the Bot User OAuth Token, which begins with xoxb-, from the Slack app into the connection.';
const invite = 'Invite the bot: type /invite @ and its name in the channel.';
const tooMuch = 'Split the text, or send it as a file.';

/**
 * Slack's codes that people meet.
 * @see https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
const meanings: Record<string, Meaning> = {
  not_authed: { status: 401, message: 'no token was sent', hint: badToken },
  invalid_auth: { status: 401, message: 'the token is not valid', hint: badToken },
  account_inactive: {
    status: 401,
    message: 'the app was removed from the workspace',
    hint: `Install the app again. ${badToken}`,
  },
  token_revoked: { status: 401, message: 'the token was revoked', hint: `Install the app again. ${badToken}` },
  token_expired: {
    status: 401,
    message: 'the token has expired',
    hint: 'Turn token rotation off in the Slack app, or put a fresh token into the connection.',
  },
  not_allowed_token_type: { status: 403, message: 'this kind of token may not do that', hint: badToken },
  missing_scope: {
    status: 403,
    message: 'the app lacks a permission',
    hint: 'Add the scope under OAuth & Permissions of the Slack app and install the app again.',
  },
  no_permission: {
    status: 403,
    message: 'the app may not do that',
    hint: 'Ask an administrator of the workspace to allow it.',
  },
  restricted_action: {
    status: 403,
    message: 'the workspace does not allow that',
    hint: 'Ask an administrator of the workspace who may post here.',
  },
  ekm_access_denied: {
    status: 403,
    message: 'administrators have stopped posting',
    hint: 'Ask an administrator of the workspace.',
  },
  access_denied: {
    status: 403,
    message: 'the app may not do that',
    hint: 'Ask an administrator of the workspace to allow it.',
  },
  missing_argument: {
    status: 400,
    message: 'Slack needs one more value',
    hint: 'A token of an organisation must name a workspace. Use the Bot User OAuth Token of one workspace.',
  },
  team_access_not_granted: {
    status: 403,
    message: 'the app is not installed in this workspace',
    hint: 'Ask an administrator of the organisation to add the app to the workspace.',
  },
  not_in_channel: { status: 403, message: 'the bot is not in the channel', hint: invite },
  channel_not_found: {
    status: 404,
    message: 'the channel was not found',
    hint: `Pick the channel from the list. If it is private: ${invite}`,
  },
  user_not_found: {
    status: 404,
    message: 'the person was not found',
    hint: 'Check the user ID, or find the person by e-mail address.',
  },
  users_not_found: {
    status: 404,
    message: 'nobody has this e-mail address',
    hint: 'Check the address: it must be the one of the person’s Slack account.',
  },
  thread_not_found: {
    status: 404,
    message: 'the thread was not found',
    hint: 'Check the timestamp of its first message, and that it is in this channel.',
  },
  message_not_found: {
    status: 404,
    message: 'the message was not found',
    hint: 'Check the timestamp and the channel.',
  },
  file_not_found: {
    status: 404,
    message: 'the file was not found',
    hint: 'Check the file ID, and invite the bot to a channel with the file; after an upload, run the step again.',
  },
  file_deleted: { status: 404, message: 'the file was deleted', hint: 'Check the file ID, or choose another file.' },
  is_archived: {
    status: 400,
    message: 'the channel is archived',
    hint: 'Choose another channel, or unarchive it in Slack.',
  },
  msg_too_long: { status: 400, message: 'the message is too long', hint: tooMuch },
  msg_blocks_too_long: { status: 400, message: 'the blocks are too long', hint: tooMuch },
  too_many_attachments: { status: 400, message: 'there are too many attachments', hint: 'Send fewer.' },
  no_text: { status: 400, message: 'the message is empty', hint: 'Type a text, or give blocks.' },
  invalid_blocks: {
    status: 400,
    message: 'the blocks are not valid',
    hint: 'Try them out in the Block Kit Builder; at most 50 blocks are allowed.',
  },
  invalid_blocks_format: {
    status: 400,
    message: 'the blocks are not a list',
    hint: 'Try them out in the Block Kit Builder.',
  },
  cannot_reply_to_message: {
    status: 400,
    message: 'this message cannot be replied to',
    hint: 'Choose another message.',
  },
  cannot_dm_bot: { status: 400, message: 'a bot cannot be written to', hint: 'Choose a person.' },
  storage_limit_reached: {
    status: 400,
    message: 'the workspace has no room for more files',
    hint: 'Delete files, or ask an administrator of the workspace.',
  },
  file_uploads_disabled: {
    status: 403,
    message: 'files are not allowed in this workspace',
    hint: 'Ask an administrator of the workspace.',
  },
  message_limit_exceeded: {
    status: 400,
    message: 'the workspace may not post more messages',
    hint: 'Ask an administrator of the workspace.',
  },
  ratelimited: {
    status: 429,
    message: 'too many requests',
    hint: 'Slack takes about one message a second in a channel. Wait a little.',
  },
  rate_limited: {
    status: 429,
    message: 'too many messages',
    hint: 'Slack takes about one message a second in a channel. Wait a little.',
  },
  internal_error: { status: 503, message: 'Slack had a fault', hint: 'Look at slack-status.com.' },
  fatal_error: { status: 503, message: 'Slack had a fault', hint: 'Look at slack-status.com.' },
  service_unavailable: { status: 503, message: 'Slack is not available', hint: 'Look at slack-status.com.' },
  request_timeout: { status: 503, message: 'Slack took too long', hint: 'Look at slack-status.com.' },
};

/** What Slack sends instead of an answer; `needed` names the permissions that are missing. */
const refusalShape = v.object({
  ok: v.literal(false),
  error: shownText,
  needed: shownText,
  response_metadata: shown(v.object({ messages: shown(v.array(v.string())) })),
});

function readRefusal(response: HttpResponse): v.InferOutput<typeof refusalShape> | undefined {
  try {
    const result = v.safeParse(refusalShape, JSON.parse(response.text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** The status that an answer deserves: Slack refuses with 200 and `ok: false`. */
export function readStatus(response: HttpResponse): number {
  if (response.status !== 200) return response.status;
  const refusal = readRefusal(response);
  return refusal ? (meanings[refusal.error ?? '']?.status ?? 400) : 200;
}

/** What Slack's refusal means, with the missing permission or the faulty argument where it names one. */
export function readProblem(response: HttpResponse): VendorProblem {
  const refusal = readRefusal(response);
  if (!refusal?.error) return response.status === 429 ? { ...meanings['ratelimited'], code: 'ratelimited' } : {};
  const { error: code, needed, response_metadata: more } = refusal;
  const meaning = meanings[code];
  const details = (more?.messages ?? []).map((message) => message.replace(/^\[\w+\]\s*/, '')).join('; ');
  const message = `${meaning ? `${meaning.message} (${code})` : code}${details ? `: ${details}` : ''}`;
  const hint = needed
    ? `Add the scope ${needed} under OAuth & Permissions of the Slack app and install the app again.`
    : meaning?.hint;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

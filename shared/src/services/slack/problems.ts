import * as v from 'valibot';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { mapWording, type Wording } from '../../host/wording.ts';
import { displayField, displayText } from '../../http/response-schema.ts';
import type { VendorProblem } from '../../http/http-error.ts';

/** An error code of Slack: the equivalent HTTP status, what happened, and what to do. */
interface Meaning {
  status: number;
  message: string;
  hint: Wording;
}

const badToken = {
  n8n: 'Copy the Bot User OAuth Token (xoxb-…) from the Slack app into the credential.',
  zapier: 'Copy the Bot User OAuth Token (xoxb-…) from the Slack app into the connection.',
};
const reinstall = mapWording(badToken, (hint) => `Reinstall the app. ${hint}`);
const askAdmin = 'Ask a workspace admin to allow it.';
const invite = 'Invite the bot: type /invite @ and its name in the channel.';
const tooLong = 'Split the text, or send it as a file.';
const statusPage = 'Check slack-status.com.';
const rateLimit = 'Slack accepts about one message per second and channel. Try again later.';

/**
 * Common error codes.
 * @see https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
const meanings: Record<string, Meaning> = {
  not_authed: { status: 401, message: 'no token was sent', hint: badToken },
  invalid_auth: { status: 401, message: 'the token is invalid', hint: badToken },
  account_inactive: { status: 401, message: 'the app was removed from the workspace', hint: reinstall },
  token_revoked: { status: 401, message: 'the token was revoked', hint: reinstall },
  token_expired: {
    status: 401,
    message: 'the token has expired',
    hint: {
      n8n: 'Turn off token rotation in the Slack app, or update the token in the credential.',
      zapier: 'Turn off token rotation in the Slack app, or update the token in the connection.',
    },
  },
  not_allowed_token_type: { status: 403, message: 'this type of token is not allowed', hint: badToken },
  missing_scope: {
    status: 403,
    message: 'the app lacks a scope',
    hint: 'Add the scope under OAuth & Permissions of the Slack app, then reinstall the app.',
  },
  no_permission: { status: 403, message: 'the app does not have permission', hint: askAdmin },
  restricted_action: {
    status: 403,
    message: 'the workspace settings do not allow this action',
    hint: 'Ask a workspace admin who can post in this channel.',
  },
  ekm_access_denied: {
    status: 403,
    message: 'the workspace admins have suspended posting',
    hint: 'Contact a workspace admin.',
  },
  access_denied: { status: 403, message: 'access was denied', hint: askAdmin },
  missing_argument: {
    status: 400,
    message: 'a required argument is missing',
    hint: 'An organization token must name a workspace. Use the Bot User OAuth Token of one workspace.',
  },
  team_access_not_granted: {
    status: 403,
    message: 'the app is not installed in this workspace',
    hint: 'Ask an organization admin to add the app to the workspace.',
  },
  not_in_channel: { status: 403, message: 'the bot is not a member of the channel', hint: invite },
  channel_not_found: {
    status: 404,
    message: 'the channel was not found',
    hint: `Select the channel from the list, or enter its ID. ${invite}`,
  },
  user_not_found: {
    status: 404,
    message: 'the user was not found',
    hint: 'Check the user ID, or use Find User by Email.',
  },
  users_not_found: {
    status: 404,
    message: 'no user has this email address',
    hint: 'Check the email address: it must be the address of the Slack account.',
  },
  thread_not_found: {
    status: 404,
    message: 'the thread was not found',
    hint: 'Check the timestamp of the parent message and the channel.',
  },
  message_not_found: {
    status: 404,
    message: 'the message was not found',
    hint: 'Check the timestamp and the channel.',
  },
  file_not_found: {
    status: 404,
    message: 'the file was not found',
    hint: 'Check the file ID, and invite the bot to a channel where the file is shared. Right after an upload, run the step again.',
  },
  file_deleted: { status: 404, message: 'the file was deleted', hint: 'Check the file ID, or choose another file.' },
  is_archived: {
    status: 400,
    message: 'the channel is archived',
    hint: 'Choose another channel, or unarchive it in Slack.',
  },
  msg_too_long: { status: 400, message: 'the message is too long', hint: tooLong },
  msg_blocks_too_long: { status: 400, message: 'the blocks are too long', hint: tooLong },
  too_many_attachments: { status: 400, message: 'there are too many attachments', hint: 'Send fewer attachments.' },
  no_text: { status: 400, message: 'the message is empty', hint: 'Fill in Message Text or Blocks.' },
  invalid_blocks: {
    status: 400,
    message: 'the blocks are invalid',
    hint: 'Test them in the Block Kit Builder. The limit is 50 blocks.',
  },
  invalid_blocks_format: {
    status: 400,
    message: 'the blocks are not a list',
    hint: 'Test them in the Block Kit Builder.',
  },
  cannot_reply_to_message: {
    status: 400,
    message: 'this type of message has no replies',
    hint: 'Choose another message.',
  },
  cannot_dm_bot: { status: 400, message: 'bots cannot receive direct messages', hint: 'Choose a user.' },
  storage_limit_reached: {
    status: 400,
    message: 'the workspace has reached its storage limit',
    hint: 'Delete files, or contact a workspace admin.',
  },
  file_uploads_disabled: {
    status: 403,
    message: 'file uploads are disabled in this workspace',
    hint: 'Contact a workspace admin.',
  },
  message_limit_exceeded: {
    status: 400,
    message: 'the workspace has reached its message limit',
    hint: 'Contact a workspace admin.',
  },
  ratelimited: { status: 429, message: 'too many requests', hint: rateLimit },
  rate_limited: { status: 429, message: 'too many messages', hint: rateLimit },
  internal_error: { status: 503, message: 'Slack had an internal error', hint: statusPage },
  fatal_error: { status: 503, message: 'Slack had an internal error', hint: statusPage },
  service_unavailable: { status: 503, message: 'Slack is unavailable', hint: statusPage },
  request_timeout: { status: 503, message: 'the request timed out', hint: statusPage },
};

/** An error response; `needed` lists missing scopes. */
const errorShape = v.object({
  ok: v.literal(false),
  error: displayText,
  needed: displayText,
  response_metadata: displayField(v.object({ messages: displayField(v.array(v.string())) })),
});

function readErrorBody(response: HttpResponse): v.InferOutput<typeof errorShape> | undefined {
  try {
    const result = v.safeParse(errorShape, JSON.parse(response.text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** The effective status of a response: Slack reports errors with status 200 and `ok: false`. */
export function readStatus(response: HttpResponse): number {
  if (response.status !== 200) return response.status;
  const body = readErrorBody(response);
  return body ? (meanings[body.error ?? '']?.status ?? 400) : 200;
}

/** Explains an error response, with the missing scope or invalid argument if Slack names one. */
export function readProblem(response: HttpResponse): VendorProblem {
  const body = readErrorBody(response);
  if (!body?.error) return response.status === 429 ? { ...meanings['ratelimited'], code: 'ratelimited' } : {};
  const { error: code, needed, response_metadata: more } = body;
  const meaning = meanings[code];
  const details = (more?.messages ?? []).map((message) => message.replace(/^\[\w+\]\s*/, '')).join('; ');
  const message = `${meaning ? `${meaning.message} (${code})` : code}${details ? `: ${details}` : ''}`;
  const hint = needed
    ? `Add the scope ${needed} under OAuth & Permissions of the Slack app, then reinstall the app.`
    : meaning?.hint;
  return withoutUndefined({ code, message, hint });
}

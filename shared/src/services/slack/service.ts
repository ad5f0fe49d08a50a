import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { slackConnection } from './connection.ts';
import { downloadFile } from './download-file.ts';
import { drawRunTimeline } from './draw-run-timeline.ts';
import { findChannel } from './find-channel.ts';
import { findUserByEmail } from './find-user-by-email.ts';
import { postRunCard } from './post-run-card.ts';
import { sendMessage } from './send-message.ts';
import { uploadFile } from './upload-file.ts';

/** Slack. */
export const slack = defineService({
  key: 'slack',
  name: service,
  description: 'Send messages, post run cards, upload and download files, and find channels and users.',
  connection: slackConnection,
  operations: [sendMessage, uploadFile, downloadFile, postRunCard, drawRunTimeline, findChannel, findUserByEmail],
  triggers: [],
  listing: {
    categories: ['Communication'],
    aliases: ['message', 'chat', 'notify', 'file', 'alert'],
  },
});

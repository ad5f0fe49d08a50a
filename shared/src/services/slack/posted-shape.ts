import * as v from 'valibot';
import { idShape, displayField, displayText } from '../../http/response-schema.ts';
import { slackShape, timestampShape } from './api.ts';

/** The response to a posted message. */
export const postedShape = slackShape({
  channel: idShape,
  ts: timestampShape,
  warning: displayText,
  response_metadata: displayField(v.object({ warnings: displayField(v.array(v.string())) })),
});

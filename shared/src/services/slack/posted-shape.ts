import * as v from 'valibot';
import { idShape, shown, shownText } from '../../http/answer-shape.ts';
import { slackShape, timestampShape } from './api.ts';

/** The response to a posted message. */
export const postedShape = slackShape({
  channel: idShape,
  ts: timestampShape,
  warning: shownText,
  response_metadata: shown(v.object({ warnings: shown(v.array(v.string())) })),
});

import * as v from 'valibot';
import { idShape, shown, shownText } from '../../http/answer-shape.ts';
import { slackShape, timestampShape } from './api.ts';

/** What the answer to a message that was posted looks like. */
export const postedShape = slackShape({
  channel: idShape,
  ts: timestampShape,
  warning: shownText,
  response_metadata: shown(v.object({ warnings: shown(v.array(v.string())) })),
});

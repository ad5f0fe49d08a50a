import { readDuration, slackText } from '../../runs/explain.ts';
import { isFinished, type RunStatus } from '../../runs/run.ts';
import type { GivenRun } from './run-input.ts';

const words: Record<RunStatus, { sign: string; says: string }> = {
  queued: { sign: ':hourglass_flowing_sand:', says: 'waits for its turn' },
  running: { sign: ':arrow_forward:', says: 'is running' },
  succeeded: { sign: ':white_check_mark:', says: 'succeeded' },
  failed: { sign: ':x:', says: 'failed' },
  cancelled: { sign: ':black_square_for_stop:', says: 'was cancelled' },
  'timed-out': { sign: ':alarm_clock:', says: 'took too long' },
  unknown: { sign: ':grey_question:', says: 'goes on' },
};

/** What a card says, as blocks and as the text of notifications. */
export interface Card {
  text: string;
  blocks: object[];
}

/** Steps that are done, of all that are known; steps of pipelines that a step ran are not counted. */
function progressOf({ steps, status }: GivenRun): string | undefined {
  const own = steps.filter(({ name }) => !name.includes(' › '));
  if (own.length === 0) return undefined;
  const done = own.filter((step) => step.status === 'succeeded').length;
  return isFinished(status)
    ? `${done} of ${own.length} steps done`
    : `${done} steps done, ${own.length - done} going on`;
}

/**
 * The card of a run.
 * @param rerunUrl address at which a person can have it run again
 */
export function drawCard(run: GivenRun, rerunUrl: string | undefined): Card {
  const { sign, says } = words[run.status];
  const facts = [
    run.service,
    run.durationSeconds === undefined ? undefined : readDuration(run.durationSeconds),
    progressOf(run),
    run.id === '' ? undefined : `Run ${run.id}`,
  ].filter((fact): fact is string => fact !== undefined && fact !== '');
  const button = (label: string, url: string, style?: string): object => ({
    type: 'button',
    text: { type: 'plain_text', text: label },
    url,
    ...(style ? { style } : {}),
  });
  const mayRerun = rerunUrl !== undefined && isFinished(run.status) && run.status !== 'succeeded';
  const buttons = [
    ...(run.url ? [button('Open Run', run.url)] : []),
    ...(mayRerun ? [button('Run Again', rerunUrl, 'primary')] : []),
  ];
  return {
    text: `${run.name} ${says}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${sign} *${slackText(run.name)}* ${says}`.slice(0, 2900) } },
      ...(run.explanation
        ? [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `>${slackText(run.explanation.replace(/\s+/g, ' '))}`.slice(0, 2900) },
            },
          ]
        : []),
      ...(facts.length > 0
        ? [{ type: 'context', elements: [{ type: 'mrkdwn', text: facts.map(slackText).join('  ·  ').slice(0, 2900) }] }]
        : []),
      ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []),
    ],
  };
}

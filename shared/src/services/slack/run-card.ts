import { formatDuration } from '../../runs/format-duration.ts';
import { isFinished, type RunStatus } from '../../runs/run.ts';
import { escapeMrkdwn } from './escape-mrkdwn.ts';
import type { RunWithExplanation } from './run-input.ts';

const statuses: Record<RunStatus, { emoji: string; text: string }> = {
  queued: { emoji: ':hourglass_flowing_sand:', text: 'is queued' },
  running: { emoji: ':arrow_forward:', text: 'is running' },
  succeeded: { emoji: ':white_check_mark:', text: 'succeeded' },
  failed: { emoji: ':x:', text: 'failed' },
  cancelled: { emoji: ':black_square_for_stop:', text: 'was canceled' },
  'timed-out': { emoji: ':alarm_clock:', text: 'timed out' },
  unknown: { emoji: ':grey_question:', text: 'has an unknown status' },
};

/** The content of a card: blocks, and the text for notifications. */
export interface Card {
  text: string;
  blocks: object[];
}

/** How many of the known steps succeeded, excluding steps of nested pipelines. */
function progressOf({ steps, status }: RunWithExplanation): string | undefined {
  const topLevel = steps.filter(({ name }) => !name.includes(' › '));
  if (topLevel.length === 0) return undefined;
  const succeeded = topLevel.filter((step) => step.status === 'succeeded').length;
  return isFinished(status)
    ? `${succeeded} of ${topLevel.length} steps succeeded`
    : `${succeeded} steps succeeded, ${topLevel.length - succeeded} remaining`;
}

/**
 * The card of a run.
 * @param rerunUrl target of the “Run Again” button
 */
export function runCard(run: RunWithExplanation, rerunUrl: string | undefined): Card {
  const { emoji, text } = statuses[run.status];
  const facts = [
    run.service,
    run.durationSeconds === undefined ? undefined : formatDuration(run.durationSeconds),
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
    text: `${run.name} ${text}`,
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: `${emoji} *${escapeMrkdwn(run.name)}* ${text}`.slice(0, 2900) },
      },
      ...(run.explanation
        ? [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `>${escapeMrkdwn(run.explanation.replace(/\s+/g, ' '))}`.slice(0, 2900) },
            },
          ]
        : []),
      ...(facts.length > 0
        ? [
            {
              type: 'context',
              elements: [{ type: 'mrkdwn', text: facts.map(escapeMrkdwn).join('  ·  ').slice(0, 2900) }],
            },
          ]
        : []),
      ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []),
    ],
  };
}

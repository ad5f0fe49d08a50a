import { redact } from '../host/redact.ts';
import { formatDuration } from './format-duration.ts';
import { adviceFor, type KnownCause } from './known-causes.ts';
import { isFinished, type Run, type Step } from './run.ts';

/** Why a run did not succeed, as operations output it. */
export interface Explanation {
  explanation: string;
  explanationMarkdown: string;
}

/** Maximum length of a vendor message; longer ones are truncated. */
const maxMessageCharacters = 300;

/**
 * The step where a failure began: a failed step without an end time, because such a step is part of another one; otherwise
 * the failed step that ended first. Handled failures count only if there are no others.
 */
export function firstFailure({ steps }: Pick<Run, 'steps'>): Step | undefined {
  const all = steps.filter(({ status }) => status === 'failed' || status === 'timed-out');
  const unhandled = all.filter(({ handled }) => !handled);
  const failed = unhandled.length > 0 ? unhandled : all;
  return (
    failed.find(({ finishedAt }) => finishedAt === undefined) ??
    failed.toSorted((a, b) => (a.finishedAt ?? '').localeCompare(b.finishedAt ?? ''))[0]
  );
}

/** A vendor message on one line, without secrets and without a trailing period. */
function cleanMessage(message: string): string {
  const line = redact(message.replace(/\s+/g, ' ').trim());
  const short =
    line.length > maxMessageCharacters ? `${line.slice(0, maxMessageCharacters).replace(/\s\S*$/, '')} …` : line;
  return short.replace(/[.\s]+$/, '');
}

const outcomes = { failed: 'failed', cancelled: 'was canceled', 'timed-out': 'timed out' } as const;

/** How and why a run ended without success. */
export interface FailureSummary {
  /** `failed`, `was canceled`, … */
  outcome: string;
  step: string | undefined;
  /** The vendor's message and code on one line; empty if there is none. */
  reason: string;
  /** What to do about it, in one or two sentences. */
  advice: string;
}

/** Summarizes a run that finished without success; undefined for any other run. */
export function summarizeFailure(run: Run, causes: readonly KnownCause[] = []): FailureSummary | undefined {
  if (!isFinished(run.status) || run.status === 'succeeded') return undefined;
  if (run.status === 'cancelled') return summarizeCancellation(run, causes);
  const { name: step, code, message = run.message ?? '' } = firstFailure(run) ?? {};
  const text = cleanMessage(message);
  const missingCode = code && !text.includes(code) ? `code ${code}` : '';
  return {
    outcome: outcomes[run.status === 'timed-out' ? 'timed-out' : 'failed'],
    step,
    reason: text && missingCode ? `${text} (${missingCode})` : text || missingCode,
    advice: adviceFor(`${code ?? ''} ${message} ${step ? '' : run.vendorStatus}`, causes),
  };
}

/** Summarizes a run that was canceled or skipped. */
function summarizeCancellation(run: Run, causes: readonly KnownCause[]): FailureSummary {
  const reason = cleanMessage(run.message ?? '');
  const advice = causes.find(({ pattern }) => pattern.test(`${run.vendorStatus} ${run.message ?? ''}`))?.advice;
  const isSkipped =
    /skip/i.test(run.vendorStatus) || /\bskipp(ed|ing) this run\b|\bthis run was skipped\b/i.test(run.message ?? '');
  return {
    outcome: isSkipped ? 'was skipped' : outcomes.cancelled,
    step: undefined,
    reason,
    advice:
      advice ??
      (isSkipped ? 'Open the run to see why it was skipped.' : 'If it was canceled by mistake, run it again.'),
  };
}

/** What happened to a run that finished without success, in one sentence. */
export function describeFailure({ name }: Run, { outcome, step, reason }: FailureSummary): string {
  return `The run of ${name} ${outcome}${step ? ` at “${step}”` : ''}${reason ? `: ${reason}` : ''}.`;
}

/** A text that Markdown shows as it is. */
export const escapeMarkdown = (text: string): string => text.replace(/([\\`*_[\]<>])/g, '\\$1');

/**
 * Explains a run that finished without success as text and as Markdown: what happened, why, and what to do.
 * @returns an empty object for a run that is active or succeeded
 */
export function explain(run: Run, causes: readonly KnownCause[] = []): Explanation | Record<string, never> {
  const failure = summarizeFailure(run, causes);
  if (!failure) return {};
  const { url, name, service, durationSeconds } = run;
  const { outcome, step, reason, advice } = failure;
  const duration = durationSeconds === undefined ? '' : ` after ${formatDuration(durationSeconds)}`;
  const paragraphs = [
    `**${escapeMarkdown(name)} ${outcome}**${step ? ` at _${escapeMarkdown(step)}_` : ''}${duration}.`,
    ...(reason ? [`> ${escapeMarkdown(reason)}`] : []),
    escapeMarkdown(advice),
    ...(url ? [`[Open the run in ${service}](${url})`] : []),
  ];
  return {
    explanation: `${describeFailure(run, failure)} ${advice}`,
    explanationMarkdown: paragraphs.join('\n\n'),
  };
}

import { redact } from '../host/redact.ts';
import { adviceFor, type KnownCause } from './known-causes.ts';
import { isFinished, type Run, type Step } from './run.ts';

/** Why a run ended badly, as an operation gives it back. */
export interface Explanation {
  explanation: string;
  explanationMarkdown: string;
  explanationBlocks: object[];
}

/** Most of a vendor's message that is told, in characters. */
const most = 300;

/**
 * The step at which a failure began: the first that has no end of its own, for it is a part of another, else the one that ended
 * first. Failures that were handled count only where there are no others.
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

/** What a vendor said, in one line without secrets, and without a full stop at its end. */
function plain(message: string): string {
  const line = redact(message.replace(/\s+/g, ' ').trim());
  const cut = line.length > most ? `${line.slice(0, most).replace(/\s\S*$/, '')} …` : line;
  return cut.replace(/[.\s]+$/, '');
}

const endings = { failed: 'failed', cancelled: 'was cancelled', 'timed-out': 'took too long and was ended' } as const;

/** `148` as `2 min 28 s`. */
export function readDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).slice(0, 2);
  return told.length > 0 ? told.map(([count, unit]) => `${count} ${unit}`).join(' ') : '0 s';
}

/** Text as Slack shows it, with what it would take for mark-up made harmless. */
export function slackText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const markdownText = (text: string): string => text.replace(/([\\`*_[\]<>])/g, '\\$1');

/** What is to be said of a run that ended badly. */
interface Failure {
  ending: string;
  step: string | undefined;
  /** The vendor's reason and code in one line; empty when there is none. */
  why: string;
  advice: string;
}

function readFailure(run: Run, causes: readonly KnownCause[]): Failure | undefined {
  if (!isFinished(run.status) || run.status === 'succeeded') return undefined;
  const ending = endings[run.status as keyof typeof endings];
  if (run.status === 'cancelled') return readCancellation(run, causes);
  const { name: step, code, message = run.message ?? '' } = firstFailure(run) ?? {};
  const said = plain(message);
  const coded = code && !said.includes(code) ? `code ${code}` : '';
  return {
    ending,
    step,
    why: said && coded ? `${said} (${coded})` : said || coded,
    advice: adviceFor(`${code ?? ''} ${message} ${step ? '' : run.vendorStatus}`, causes),
  };
}

/** A run that was cancelled by a person, or that the service skipped for a reason that it names. */
function readCancellation(run: Run, causes: readonly KnownCause[]): Failure {
  const why = plain(run.message ?? '');
  const advice = causes.find(({ pattern }) => pattern.test(`${run.vendorStatus} ${run.message ?? ''}`))?.advice;
  const isSkipped =
    /skip/i.test(run.vendorStatus) || /\bskipp(ed|ing) this run\b|\bthis run was skipped\b/i.test(run.message ?? '');
  return {
    ending: isSkipped ? 'was skipped' : endings.cancelled,
    step: undefined,
    why,
    advice:
      advice ??
      (isSkipped
        ? 'Look at the page of the run to see why it was skipped.'
        : 'If nobody meant to stop it, run it again.'),
  };
}

/** In one sentence what happened to a run that ended badly, and in another what to do; undefined for any other run. */
export function tellFailure(
  run: Run,
  causes: readonly KnownCause[] = [],
): { what: string; advice: string } | undefined {
  const failure = readFailure(run, causes);
  if (!failure) return undefined;
  const { ending, step, why, advice } = failure;
  return { what: `The run of ${run.name} ${ending}${step ? ` at “${step}”` : ''}${why ? `: ${why}` : ''}.`, advice };
}

/**
 * Says of a run that ended badly what happened, why, and what to do: as text, as Markdown and as blocks of Slack.
 * @returns nothing for a run that goes on or succeeded
 */
export function explain(run: Run, causes: readonly KnownCause[] = []): Explanation | Record<string, never> {
  const failure = readFailure(run, causes);
  const told = tellFailure(run, causes);
  if (!failure || !told) return {};
  const { url, name, service, durationSeconds } = run;
  const lasted = durationSeconds === undefined ? '' : ` after ${readDuration(durationSeconds)}`;
  const lines = (
    bold: string,
    quote: string,
    look: string,
    escape: (text: string) => string,
    separator: string,
  ): string =>
    [
      `${bold}${escape(name)} ${failure.ending}${bold}${failure.step ? ` at _${escape(failure.step)}_` : ''}${lasted}.`,
      ...(failure.why ? [`${quote}${escape(failure.why)}`] : []),
      escape(failure.advice),
      ...(url ? [look] : []),
    ].join(separator);
  const page = `Open the run in ${service}`;
  const forSlack = lines('*', '>', `<${url}|${slackText(page)}>`, slackText, '\n');
  return {
    explanation: `${told.what} ${told.advice}`,
    explanationMarkdown: lines('**', '> ', `[${page}](${url})`, markdownText, '\n\n'),
    explanationBlocks: [{ type: 'section', text: { type: 'mrkdwn', text: forSlack.slice(0, 2900) } }],
  };
}

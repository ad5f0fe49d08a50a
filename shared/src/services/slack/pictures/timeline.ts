import { Canvas, letterHeight, lettersIn, shorten } from './canvas.ts';
import { formatDuration } from '../../../runs/format-duration.ts';
import type { Run, RunStatus, Step } from '../../../runs/run.ts';

const colours = {
  background: [255, 255, 255],
  text: [47, 59, 76],
  faint: [225, 230, 238],
  succeeded: [46, 160, 103],
  failed: [209, 56, 56],
  running: [29, 111, 209],
  waiting: [160, 170, 184],
} as const;

type ColourName = keyof typeof colours;

const colourOf: Record<RunStatus, ColourName> = {
  queued: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  'timed-out': 'failed',
  cancelled: 'waiting',
  unknown: 'waiting',
};

const size = { width: 960, margin: 16, names: 280, row: 26, bar: 16, axis: 34, title: 34 };

/** Maximum number of steps to draw. */
const maxSteps = 60;

/** Readable axis intervals in seconds. */
const intervals = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

interface Bar {
  name: string;
  status: RunStatus;
  /** Start and end in seconds since the run started. */
  from: number;
  until: number;
}

/** The bar of a step; undefined if its start is unknown. A missing start or end is derived from the duration. */
function barOf(step: Step, begin: number, end: number): Bar | undefined {
  const timeOf = (value: string | undefined): number | undefined =>
    value === undefined ? undefined : Date.parse(value);
  const durationMs = step.durationSeconds === undefined ? undefined : step.durationSeconds * 1000;
  const finished = timeOf(step.finishedAt);
  const started =
    timeOf(step.startedAt) ?? (finished !== undefined && durationMs !== undefined ? finished - durationMs : undefined);
  if (started === undefined) return undefined;
  const until = finished ?? (durationMs === undefined ? end : started + durationMs);
  return {
    name: step.name,
    status: step.status,
    from: (started - begin) / 1000,
    until: Math.max(started, until) / 1000 - begin / 1000,
  };
}

/** The last part of a step name, prefixed with `>` for each enclosing step. */
function nested(name: string): string {
  const parts = name.split(' › ');
  return `${'> '.repeat(parts.length - 1)}${parts.at(-1)}`;
}

/**
 * Draws the steps of a run over time as PNG: one row per step with a known start, colored by status.
 * @param now milliseconds since 1970; the end of the bars of active steps
 */
export function drawTimeline(run: Run, now: number): Promise<Uint8Array> {
  const starts = [run.startedAt, ...run.steps.map(({ startedAt }) => startedAt)].flatMap((value) =>
    value ? [Date.parse(value)] : [],
  );
  const begin = Math.min(...(starts.length > 0 ? starts : [now]));
  const end = run.finishedAt ? Date.parse(run.finishedAt) : now;
  const whole: Bar = {
    name: run.name,
    status: run.status,
    from: (Date.parse(run.startedAt ?? '') || begin) / 1000 - begin / 1000,
    until: (end - begin) / 1000,
  };
  const bars = [whole, ...run.steps.slice(0, maxSteps).flatMap((step) => barOf(step, begin, end) ?? [])];
  const seconds = Math.max(1, ...bars.map(({ until }) => until));
  const { width, margin, names, row, bar, axis, title } = size;
  const canvas = new Canvas<ColourName>(width, margin + title + bars.length * row + axis, colours);
  const left = margin + names;
  const perSecond = (width - margin - left) / seconds;
  const top = margin + title;
  canvas.write(
    margin,
    margin,
    shorten(`${run.name}: ${run.status}, ${formatDuration(whole.until - whole.from)}`, lettersIn(width - 2 * margin)),
    'text',
  );
  const interval = intervals.find((candidate) => seconds / candidate <= 7) ?? Math.ceil(seconds / 7 / 86_400) * 86_400;
  for (let at = 0; at <= seconds; at += interval) {
    const x = left + at * perSecond;
    canvas.fill(x, top, 1, bars.length * row, 'faint');
    const label = formatDuration(at);
    if (x + label.length * 12 <= width)
      canvas.write(x, top + bars.length * row + (axis - letterHeight) / 2, label, 'text');
  }
  bars.forEach(({ name, status, from, until }, index) => {
    const y = top + index * row;
    canvas.write(margin, y + (row - letterHeight) / 2, shorten(nested(name), lettersIn(names - margin)), 'text');
    canvas.fill(
      left + from * perSecond,
      y + (row - bar) / 2,
      Math.max(2, (until - from) * perSecond),
      bar,
      colourOf[status],
    );
  });
  return canvas.toPng();
}

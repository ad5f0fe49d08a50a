import type { Run, Step } from '../../../runs/run.ts';

/** Activities that contain other activities and fail if one of them fails. */
const containers: readonly string[] = ['ForEach', 'IfCondition', 'Switch', 'Until', 'ExecutePipeline'];

const isFailed = ({ status }: Step): boolean => status === 'failed' || status === 'timed-out';

/** Whether a step ran within the time range of another step. */
function isWithin(inner: Step, outer: Step): boolean {
  const began = Date.parse(inner.startedAt ?? '') >= Date.parse(outer.startedAt ?? '');
  const ended = outer.finishedAt === undefined || Date.parse(inner.finishedAt ?? '') <= Date.parse(outer.finishedAt);
  return began && ended;
}

/** The steps that caused the failure of a step: steps of its child run, steps inside it, or the step itself. */
function originsOf(step: Step, steps: readonly Step[]): Step[] {
  const ofChild = steps.filter(({ name }) => name.startsWith(`${step.name} › `));
  if (ofChild.length > 0) return ofChild;
  if (!containers.includes(step.type ?? '')) return [step];
  const named = /Inner activity name:\s*([^,]+)/i.exec(step.message ?? '')?.[1]?.trim();
  const inside = steps.filter((other) => other !== step && isFailed(other) && isWithin(other, step));
  const matching = inside.filter(({ name }) => name === named);
  const origins = matching.length > 0 ? matching : inside;
  return origins.length > 0
    ? origins.flatMap((origin) => [origin, ...steps.filter(({ name }) => name.startsWith(`${origin.name} › `))])
    : [step];
}

/**
 * Marks failures that the pipeline handled with an "Upon Failure" or "Upon Completion" path. The message of a failed run names
 * the activity that caused the failure (`Operation on target Copy claims failed: …`).
 */
export function markHandled(run: Run, steps: Step[]): Step[] {
  const failed = steps.filter(isFailed);
  const message = run.message ?? '';
  const targets = [...message.matchAll(/Operation on target (.+?) failed:/g)].map(([, name]) => name);
  const culprits = failed.filter(({ name }) => targets.includes(name));
  if (run.status !== 'failed' || culprits.length === 0) return steps;
  const origins = new Set(culprits.flatMap((culprit) => [culprit, ...originsOf(culprit, steps)]));
  return steps.map((step) => (isFailed(step) && !origins.has(step) ? { ...step, handled: true } : step));
}

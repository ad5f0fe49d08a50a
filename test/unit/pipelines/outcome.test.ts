import type { Activity, Pipeline } from '../../../scripts/generate/pipelines/activities.ts';
import { pipelines } from './templates.ts';

type Status = 'Succeeded' | 'Failed' | 'Skipped';

/** The statuses of the activities if some of them fail when they run. */
function statuses(activities: Activity[], failing: string[]): Map<string, Status> {
  const reached = new Map<string, Status>();
  const statusOf = (activity: Activity): Status => {
    const known = reached.get(activity.name);
    if (known) return known;
    const runs = (activity.dependsOn ?? []).every(({ activity: before, dependencyConditions }) => {
      const other = activities.find(({ name }) => name === before);
      return other !== undefined && dependencyConditions.includes(statusOf(other));
    });
    const status = !runs ? 'Skipped' : failing.includes(activity.name) ? 'Failed' : 'Succeeded';
    reached.set(activity.name, status);
    return status;
  };
  for (const activity of activities) statusOf(activity);
  return reached;
}

/**
 * Whether a run succeeds, by Microsoft's rule: every last activity succeeded; for one that was skipped, those before it count.
 * @see https://learn.microsoft.com/azure/data-factory/tutorial-pipeline-failure-error-handling#how-pipeline-failure-are-determined
 */
function succeeds({ properties: { activities } }: Pipeline, reached: Map<string, Status>): boolean {
  const counts = (name: string): boolean => {
    const status = reached.get(name);
    const before = activities.find((activity) => activity.name === name)?.dependsOn ?? [];
    return status === 'Skipped' ? before.every(({ activity }) => counts(activity)) : status === 'Succeeded';
  };
  const leaves = activities.filter(
    ({ name }) => !activities.some(({ dependsOn = [] }) => dependsOn.some(({ activity }) => activity === name)),
  );
  return leaves.every(({ name }) => counts(name));
}

const withSteps = pipelines.filter(([, { name }]) => name !== 'Pipewright_callback');

describe.each(withSteps)('A run of %s', (_title, pipeline, { service }) => {
  const { activities } = pipeline.properties;
  const atTheEnd = /^(Send callback|Drop|Count)/;
  const steps = activities.filter(({ name }) => !atTheEnd.test(name)).map(({ name }) => name);
  const callbacks = (reached: Map<string, Status>) =>
    [...reached]
      .filter(([name, status]) => name.startsWith('Send callback') && status === 'Succeeded')
      .map(([name]) => name);

  it('succeeds if all steps succeed, and calls back once', () => {
    const reached = statuses(activities, []);
    expect(succeeds(pipeline, reached)).toBe(true);
    expect(callbacks(reached)).toEqual(service === 'fabric' ? [] : ['Send callback after success']);
    expect(reached.get('Drop staging table') ?? 'Skipped').toBe('Skipped');
  });

  it.each(steps)('fails if “%s” fails, calls back once and drops the staging table', (failing) => {
    const reached = statuses(activities, [failing]);
    expect(succeeds(pipeline, reached)).toBe(false);
    expect(callbacks(reached)).toEqual(service === 'fabric' ? [] : ['Send callback after failure']);
    expect(reached.get('Drop staging table') ?? 'Succeeded').toBe('Succeeded');
    expect(steps.slice(steps.indexOf(failing) + 1).map((name) => reached.get(name))).toEqual(
      steps.slice(steps.indexOf(failing) + 1).map(() => 'Skipped'),
    );
  });

  it.each(['Drop staging table', 'Send callback after failure'])('fails if a step and “%s” fail', (also) => {
    const reached = statuses(activities, [steps.at(-1) ?? '', also]);
    expect(succeeds(pipeline, reached)).toBe(false);
  });
});

it('One callback on the condition Completed would make a failed run succeed', () => {
  const activities = [
    { name: 'Work', type: 'Wait', typeProperties: {} },
    {
      name: 'Callback',
      type: 'Wait',
      dependsOn: [{ activity: 'Work', dependencyConditions: ['Succeeded' as const, 'Failed' as const] }],
      typeProperties: {},
    },
  ];
  const pipeline = { name: 'Wrong', properties: { description: '', activities, annotations: [] } };
  expect(succeeds(pipeline, statuses(activities, ['Work']))).toBe(true);
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { callbackParameter } from '../../shared/src/services/azure/pipelines/pipeline-run.ts';

interface Activity {
  name: string;
  type: string;
  dependsOn?: { activity: string; dependencyConditions: string[] }[];
  typeProperties: {
    pipeline?: { referenceName: string };
    waitOnCompletion?: boolean;
    ifTrueActivities?: Activity[];
    activities?: Activity[];
    url?: { value: string };
  };
}
interface Pipeline {
  name: string;
  properties: { activities: Activity[]; parameters: Record<string, { type: string; defaultValue?: string }> };
}

const folder = join(__dirname, '..', '..', 'docs', 'pipelines');
const pipelines = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Pipeline] as const);
const flat = (activities: Activity[]): Activity[] =>
  activities.flatMap((activity) => [
    activity,
    ...flat(activity.typeProperties.ifTrueActivities ?? activity.typeProperties.activities ?? []),
  ]);

describe.each(pipelines)('The pipeline template %s', (file, { name, properties }) => {
  it('has the name of its file and a secret parameter for the callback URL', () => {
    expect(`${name}.json`).toBe(file);
    expect(properties.parameters[callbackParameter]?.type).toBe('SecureString');
  });

  it('refers only to its own activities and to the other templates', () => {
    const names = properties.activities.map((activity) => activity.name);
    for (const { dependsOn = [] } of properties.activities)
      for (const { activity } of dependsOn) expect(names).toContain(activity);
    for (const { typeProperties } of flat(properties.activities)) {
      if (typeProperties.pipeline)
        expect(pipelines.map(([other]) => other)).toContain(`${typeProperties.pipeline.referenceName}.json`);
    }
  });
});

it('The example pipeline sends the callback after its run has finished, and fails if its activity failed', () => {
  const example = pipelines.find(([file]) => file.startsWith('Example'))?.[1];
  const all = flat(example?.properties.activities ?? []);
  expect(all.find(({ type }) => type === 'ExecutePipeline')?.typeProperties.waitOnCompletion).toBe(false);
  const [work, , fail] = example?.properties.activities ?? [];
  expect(fail).toMatchObject({ type: 'Fail', dependsOn: [{ activity: work?.name, dependencyConditions: ['Failed'] }] });
});

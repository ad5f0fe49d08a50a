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

describe.each(pipelines)('The pipeline to copy %s', (file, { name, properties }) => {
  it('is called as its file, and takes the address as a secret', () => {
    expect(`${name}.json`).toBe(file);
    expect(properties.parameters[callbackParameter]?.type).toBe('SecureString');
  });

  it('has activities that follow each other, and runs pipelines that are beside it', () => {
    const names = properties.activities.map((activity) => activity.name);
    for (const { dependsOn = [] } of properties.activities)
      for (const { activity } of dependsOn) expect(names).toContain(activity);
    for (const { typeProperties } of flat(properties.activities)) {
      if (typeProperties.pipeline)
        expect(pipelines.map(([other]) => other)).toContain(`${typeProperties.pipeline.referenceName}.json`);
    }
  });
});

it('The pipeline to copy lets its run end before anybody is called, and stays a failure when its work failed', () => {
  const example = pipelines.find(([file]) => file.startsWith('Example'))?.[1];
  const all = flat(example?.properties.activities ?? []);
  expect(all.find(({ type }) => type === 'ExecutePipeline')?.typeProperties.waitOnCompletion).toBe(false);
  const [work, , fail] = example?.properties.activities ?? [];
  expect(fail).toMatchObject({ type: 'Fail', dependsOn: [{ activity: work?.name, dependencyConditions: ['Failed'] }] });
});

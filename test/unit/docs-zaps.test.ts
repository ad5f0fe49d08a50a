import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from '../../scripts/generate/apps.ts';
import { describeFieldOn } from '../../shared/src/define/fields.ts';
import { keyOf, labelOf } from '../../zapier-app/adapter/names.ts';
import { sandboxAccounts } from '../doubles/accounts.ts';
import { zapsOf } from '../e2e/flows/zaps.ts';
import { projectRoot } from '../support/machine/paths.ts';

interface GuideStep {
  app: string;
  event: string;
  fields: string[];
}

/** The guides of docs/zaps.md: for each Zap, its steps with the labels of the fields to fill in. */
function guides(): GuideStep[][] {
  const [, ...zaps] = readFileSync(join(projectRoot, 'docs', 'zaps.md'), 'utf8').split(/^## /m);
  return zaps.map((zap) => {
    const [, ...steps] = zap.split(/^### \d+\. /m);
    return steps.map((step) => {
      const [, app = '', event = ''] = /^(.+?): (.+)\n/.exec(step) ?? [];
      const rows = [...step.matchAll(/^\| (?!Field \|)([^|]+?) \|/gm)];
      return { app, event, fields: rows.map(([, label = '']) => label) };
    });
  });
}

/** A step of our apps by its app's title and its label there. */
function find({ app, event }: GuideStep) {
  const services = Object.values(apps).find(({ title }) => title === app)?.services ?? [];
  return services
    .flatMap((service) =>
      [...service.operations, ...service.triggers].map((described) => ({
        key: keyOf(service, described),
        label: labelOf(service, described, services),
        labels: new Map(Object.entries(described.input).map(([key, field]) => [key, describeFieldOn('zapier', field)])),
      })),
    )
    .find(({ label }) => label === event);
}

const ours = (steps: GuideStep[]) => steps.filter(({ app }) => app.endsWith('(Pipewright)'));

describe('docs/zaps.md', () => {
  const flows = Object.entries(zapsOf(sandboxAccounts, {}));

  it('describes each Zap', () => {
    expect(guides()).toHaveLength(flows.length);
  });

  it.each(flows.map(([flow, plan], index) => [flow, plan, guides()[index] ?? []] as const))(
    'names apps, events and fields of the Zap of flow %s as that Zap has them',
    (_flow, { trigger, steps: planned }, steps) => {
      const wanted = [...(trigger ? [{ action: trigger.key, inputData: () => trigger.inputData }] : []), ...planned];
      expect(ours(steps).map((step) => find(step)?.key)).toEqual(
        wanted.map((step) => step.action ?? ('search' in step ? step.search : undefined)),
      );
      ours(steps).forEach((step, index) => {
        const run = { steps: [] };
        const given = wanted[index]?.inputData?.({ trigger: {}, steps: { 'Run Pipeline': run } }) ?? {};
        const labels = find(step)?.labels;
        expect([step.event, ...step.fields]).toEqual([
          step.event,
          ...Object.keys(given).map((key) => labels?.get(key)?.label),
        ]);
      });
    },
  );

  it('asks for every required field', () => {
    for (const step of guides().flatMap(ours)) {
      const labels = find(step)?.labels;
      const required = [...(labels?.values() ?? [])].filter(({ required: isRequired, notOn, shownWhen }) => {
        const deciding = shownWhen && labels?.get(shownWhen.field);
        // What a step selects in a deciding field is in the text of the guide, so only its default is known here.
        const isShown =
          !deciding || (!step.fields.includes(deciding.label) && shownWhen.is.includes(String(deciding.default)));
        return isRequired && notOn?.zapier === undefined && isShown;
      });
      expect(step.fields).toEqual(expect.arrayContaining(required.map(({ label }) => label)));
    }
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from '../../scripts/generate/apps.ts';
import { describeFieldOn } from '../../shared/src/define/fields.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { keyOf, labelOf } from '../../zapier-app/adapter/names.ts';
import { identified, outputFieldsOf } from '../../zapier-app/adapter/output-fields.ts';
import { sandboxAccounts } from '../doubles/accounts.ts';
import { zapsOf } from '../e2e/flows/zaps.ts';
import { projectRoot } from '../support/machine/paths.ts';

interface GuideStep {
  app: string;
  event: string;
  fields: string[];
  /** What to enter in each field, in Markdown. */
  values: string[];
  /** The whole text of the step. */
  text: string;
}

/** The guides of docs/zaps.md: for each Zap, its steps with the labels of the fields to fill in. */
function guides(): GuideStep[][] {
  const [, ...zaps] = readFileSync(join(projectRoot, 'docs', 'zaps.md'), 'utf8').split(/^## /m);
  return zaps.map((zap) => {
    const [, ...steps] = zap.split(/^### \d+\. /m);
    return steps.map((step) => {
      const [, app = '', event = ''] = /^(.+?): (.+)\n/.exec(step) ?? [];
      const rows = [...step.matchAll(/^\| (?!Field \||---)([^|]+?) \| (.+) \|$/gm)];
      return {
        app,
        event,
        fields: rows.map(([, label = '']) => label),
        values: rows.map(([, , value = '']) => value),
        text: step,
      };
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
        outputs: outputLabels(described),
      })),
    )
    .find(({ label }) => label === event);
}

/** The labels of the outputs in the editor: those of line items begin with the label of their list. */
function outputLabels(described: Operation | Trigger): Set<string> {
  const { output, sample } = described.kind === 'trigger' ? identified(described) : described;
  return new Set(
    outputFieldsOf(output, sample).flatMap(({ label = '', children }) => [
      label,
      ...(children ?? []).map((child) => `${label} ${child.label}`),
    ]),
  );
}

/** Outputs of Zapier's own apps that the guides use. */
const otherOutputs: Record<string, string[]> = { 'Schedule by Zapier': ['ID'] };

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

  it.each(flows.map(([flow], index) => [flow, guides()[index] ?? []] as const))(
    'maps only outputs that the earlier steps of the Zap of flow %s have',
    (_flow, steps) => {
      steps.forEach((step, index) => {
        const [, ...body] = step.text.split('\n');
        const mapped = [...body.join('\n').matchAll(/(?<!\*)\*([^*]+)\*(?!\*)(?: of step (\d+))?/g)];
        let from = 0;
        for (const [, label = '', number] of mapped) {
          // “*Name* of step 2, its *Status*” names the step once.
          from = Number(number ?? from);
          const source = steps[from - 1];
          expect([step.event, label, from > 0 && from <= index]).toEqual([step.event, label, true]);
          const outputs = (source && find(source)?.outputs) ?? new Set(otherOutputs[source?.app ?? '']);
          expect([step.event, from, [...outputs]]).toEqual([step.event, from, expect.arrayContaining([label])]);
        }
      });
    },
  );

  it('enters only options that a field has', () => {
    let options = 0;
    for (const step of guides().flatMap(ours)) {
      const labels = [...(find(step)?.labels.values() ?? [])];
      step.fields.forEach((name, index) => {
        const choices = labels.find(({ label }) => label === name)?.options?.map(({ label }) => label);
        if (!choices) return;
        options += 1;
        const value = step.values[index] ?? '';
        expect([step.event, name, choices.some((choice) => value.startsWith(choice))]).toEqual([
          step.event,
          name,
          true,
        ]);
      });
    }
    expect(options).toBeGreaterThan(5);
  });

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

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apps, type AppName, type ZapierAppEntry } from '../../../scripts/generate/apps.ts';
import { formSize } from '../../../scripts/generate/form-size.ts';
import { services as catalog } from '../../../shared/src/catalog.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import {
  describeField,
  describeFieldOn,
  type FieldInfo,
  type Fields,
  type ShownField,
} from '../../../shared/src/define/fields.ts';
import { connectionsOf, offeredFields } from '../../../zapier-app/adapter/connections.ts';
import { kindOf } from '../../../zapier-app/adapter/kind.ts';
import { keyOf, labelOf, nounOf, snakeCase } from '../../../zapier-app/adapter/names.ts';
import type { ActionDefinition, AppDefinition, FieldDefinition } from '../../support/zapier-runtime/app-definition.ts';
import { passesFilter } from '../../../shared/src/define/filter.ts';
import { wordingFor } from '../../../shared/src/host/wording.ts';
import { checkFilter } from '../../../shared/src/webhooks/check-filter.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import { askCore } from './definition.ts';

let definition: AppDefinition;
let app: object;
let offered: readonly Service[];
let steps: ActionDefinition[];
const triggers = () => Object.values(definition.triggers ?? {});
const searches = () => Object.values(definition.searches ?? {});
const creates = () => Object.values(definition.creates ?? {});
const fixedFields = (fields: ActionDefinition['operation']['inputFields']): FieldDefinition[] =>
  (fields ?? []).filter((field) => typeof field !== 'string');

/** The names of all steps or fields that break a rule. */
const wrong = <T>(entries: T[], isWrong: (entry: T) => boolean, name: (entry: T) => string): string[] =>
  entries.filter(isWrong).map(name);
const wrongSteps = (isWrong: (step: ActionDefinition) => boolean, among = steps) =>
  wrong(among, isWrong, ({ key }) => key);

/** Every text on the screen, with its location. */
function texts(): [string, string][] {
  const ofField = (where: string, field: FieldDefinition): [string, string][] => [
    [`${where}.${field.key}`, field.label ?? ''],
    [`${where}.${field.key}`, field.helpText ?? ''],
    [`${where}.${field.key}`, String(field['placeholder'] ?? '')],
  ];
  return [
    ...(definition.authentication?.fields ?? []).flatMap((field) => ofField('authentication', field)),
    ...steps.flatMap(({ key, display, operation }): [string, string][] => [
      [key, display.description],
      [key, (display as { directions?: string }).directions ?? ''],
      ...fixedFields(operation.inputFields).flatMap((field) => ofField(key, field)),
    ]),
  ];
}

const each = Object.entries(apps) as [AppName, ZapierAppEntry][];

/** Loads the definition of an app, which the following tests read. */
async function load(name: AppName): Promise<void> {
  const entry = (await import(`../../../zapier-app/apps/${name}/src/index.ts`)) as { default: object };
  app = entry.default;
  offered = apps[name].services;
  definition = await askCore<AppDefinition>(app, 'definition');
  steps = [...triggers(), ...creates(), ...searches()];
}

/** Whether a field is used with every value that Zapier offers for the field that decides. */
function mattersAlways({ shownWhen }: ShownField, fields: Fields): boolean {
  const deciding = shownWhen && fields[shownWhen.field];
  const values = deciding && describeFieldOn('zapier', deciding).options?.map(({ value }) => value);
  return !shownWhen || (values?.every((value) => shownWhen.is.includes(value)) ?? false);
}

describe.each(each)('the definition of the Zapier app %s', (name, entry) => {
  beforeAll(() => load(name));

  it('is valid against Zapier’s schema', async () => {
    expect(await askCore(app, 'validate')).toEqual([]);
  });

  it('has its own version and Zapier’s limits for the texts of its registration', () => {
    expect(definition.version).toBe(entry.version);
    expect(entry.description.length).toBeLessThanOrEqual(140);
    expect(entry.title).toContain('Pipewright');
  });

  it('has every operation and every trigger of its services, and nothing else', () => {
    const keys = (kind: 'action' | 'search') =>
      offered.flatMap((service) =>
        service.operations
          .filter((operation) => kindOf(operation) === kind)
          .map((operation) => keyOf(service, operation)),
      );
    expect(Object.keys(definition.creates ?? {})).toEqual(keys('action'));
    expect(Object.keys(definition.searches ?? {})).toEqual(keys('search'));
    expect(Object.keys(definition.triggers ?? {})).toEqual(
      offered.flatMap((service) => service.triggers.map((trigger) => keyOf(service, trigger))),
    );
    expect(steps.length).toBeGreaterThan(0);
  });

  it('offers every field of an operation, advanced ones last', () => {
    for (const service of offered) {
      for (const operation of service.operations) {
        const infos = Object.entries(operation.input)
          .map(([name, field]) => ({ name, info: describeFieldOn('zapier', field) }))
          .filter(({ info }) => !info.notOn?.zapier);
        const step = steps.find(({ key }) => key === keyOf(service, operation));
        const expected = [...infos.filter(({ info }) => !info.advanced), ...infos.filter(({ info }) => info.advanced)];
        // A field whose condition Zapier does not offer is always shown.
        const isConditional = ({ shownWhen, choices }: FieldInfo): boolean =>
          shownWhen !== undefined && !choices && infos.some(({ name }) => name === shownWhen.field);
        const names = expected.map(({ name, info }) =>
          isConditional(info) || info.declared ? '(shown when needed)' : name,
        );
        expect(
          (step?.operation.inputFields ?? []).map((field) =>
            typeof field === 'string' ? '(shown when needed)' : field.key,
          ),
        ).toEqual(names);
      }
    }
  });

  it('shows at most eight fields of a step before the advanced ones, which form a group', () => {
    for (const service of offered) {
      for (const described of [...service.operations, ...service.triggers]) {
        const infos = Object.values(described.input)
          .map((field) => describeFieldOn('zapier', field))
          .filter(({ notOn }) => !notOn?.zapier);
        const first = infos.filter(({ advanced }) => !advanced);
        expect([keyOf(service, described), formSize(described.input).first > 8]).toEqual([
          keyOf(service, described),
          false,
        ]);
        const step = steps.find(({ key }) => key === keyOf(service, described));
        const grouped = fixedFields(step?.operation.inputFields).filter(({ group }) => group === 'advanced');
        const mapped = Object.entries(described.input)
          .map(([key, field]) => ({ key, ...describeFieldOn('zapier', field) }))
          .filter(({ declared, advanced }) => declared && advanced);
        const advanced = infos.filter((info) => info.advanced && (!info.shownWhen || info.choices) && !info.declared);
        expect([keyOf(service, described), grouped.length]).toEqual([keyOf(service, described), advanced.length]);
        if (infos.length > first.length)
          expect(step?.operation).toMatchObject({
            inputFieldGroups: [
              ...mapped.map(({ key, label }) => ({ key, label })),
              { key: 'advanced', label: 'Advanced' },
            ],
          });
      }
    }
  });

  it('has the fields of each connection once, under a heading that links to the vendor', () => {
    const fields = definition.authentication?.fields ?? [];
    for (const { connection } of connectionsOf(offered)) {
      const start = fields.findIndex(({ key }) => key === connection.key);
      expect(fields[start]).toMatchObject({
        type: 'copy',
        helpText: expect.stringContaining(connection.documentationUrl),
      });
      const own = offeredFields(connection);
      expect(fields.slice(start + 1, start + 1 + own.length).map(({ key }) => key)).toEqual(
        own.map(([field]) => `${connection.key}_${field}`),
      );
    }
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
  });

  it('requires the required fields of a connection that every step needs, and says who needs any other', () => {
    const fields = definition.authentication?.fields ?? [];
    for (const { connection, usedBy, required } of connectionsOf(offered)) {
      expect(required).toBe(offered.every((service) => service.connection === connection));
      const heading = fields.find(({ key }) => key === connection.key)?.helpText ?? '';
      expect(/leave these fields empty/.test(heading)).toBe(!required && usedBy.length > 0);
      if (!required) for (const service of usedBy) expect(heading).toContain(service);
      for (const [field, schema] of offeredFields(connection)) {
        const info = describeFieldOn('zapier', schema);
        expect([field, fields.find(({ key }) => key === `${connection.key}_${field}`)?.required]).toEqual([
          field,
          required && info.required && mattersAlways(info, connection.fields),
        ]);
      }
    }
  });

  it('hides every secret', () => {
    for (const { connection } of connectionsOf(offered)) {
      for (const [name, field] of offeredFields(connection)) {
        const shown = definition.authentication?.fields?.find(({ key }) => key === `${connection.key}_${name}`);
        expect([name, shown?.type === 'password']).toEqual([name, describeField(field).secret === true]);
      }
    }
  });

  it('has a unique name and label for every step', () => {
    expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length);
    expect(new Set(steps.map(({ display }) => display.label)).size).toBe(steps.length);
    for (const service of offered)
      for (const described of [...service.operations, ...service.triggers]) {
        const step = steps.find(({ key }) => key === keyOf(service, described));
        expect(step).toMatchObject({
          noun: nounOf(described),
          display: { label: labelOf(service, described, offered) },
        });
      }
  });
});

/** The checks that Zapier runs on its servers, as far as the definition allows: docs.zapier.com, "Integration checks". */
describe.each(each)('the checks of Zapier’s servers for the Zapier app %s', (name) => {
  beforeAll(() => load(name));

  it('D003: a connection has a label', () => {
    expect(definition.authentication?.connectionLabel).toBe('{{label}}');
  });

  it('D004: everything that the vendor lists is a dropdown, and the help of any other ID explains where to find it', () => {
    for (const service of offered) {
      for (const described of [...service.operations, ...service.triggers]) {
        const step = steps.find(({ key }) => key === keyOf(service, described));
        for (const [name, field] of Object.entries(described.input)) {
          const info = describeField(field);
          const shown = fixedFields(step?.operation.inputFields).find(({ key }) => key === name);
          if (info.choices) expect(shown).toMatchObject({ choices: { perform: expect.any(String) } });
          else if (/\bIDs?$/.test(info.label))
            expect([keyOf(service, described), name, wordingFor(info.help ?? '', 'zapier').length > 20]).toEqual([
              keyOf(service, described),
              name,
              true,
            ]);
        }
      }
    }
  });

  it('D006: a webhook trigger can list recent events', () => {
    expect(
      wrongSteps(({ operation }) => operation.type === 'hook' && operation.performList === undefined, triggers()),
    ).toEqual([]);
  });

  it('D016: a webhook without a subscription has setup directions', () => {
    expect(
      wrongSteps(
        ({ operation, display }) =>
          operation.type === 'hook' && !operation.performSubscribe && !(display as { directions?: string }).directions,
        triggers(),
      ),
    ).toEqual([]);
    expect(
      wrongSteps(
        ({ operation }) => (operation.performSubscribe === undefined) !== (operation.performUnsubscribe === undefined),
        triggers(),
      ),
    ).toEqual([]);
  });

  it('D007, D008, D025: links are https, in Markdown, and never dangerous', () => {
    for (const [where, text] of texts()) {
      expect([where, /javascript:|data:|vbscript:/i.test(text)]).toEqual([where, false]);
      expect([where, /http:\/\//.test(text)]).toEqual([where, false]);
    }
    const headings = definition.authentication?.fields?.filter(({ type }) => type === 'copy') ?? [];
    expect(headings.every(({ helpText }) => /\[[^\]]+\]\(https:\/\/[^)\s]+\)/.test(helpText ?? ''))).toBe(true);
    const fields = [
      ...(definition.authentication?.fields ?? []).filter(({ type }) => type !== 'copy'),
      ...steps.flatMap(({ operation }) => fixedFields(operation.inputFields)),
    ];
    for (const { key, helpText = '' } of fields) {
      const bare = helpText.replace(/\[[^\]]+\]\([^)]+\)/g, '').match(/https:\/\/[^/\s]+/g) ?? [];
      expect([key, bare.filter((url) => !url.includes('example.com'))]).toEqual([key, []]);
      // Zapier would show text between two asterisks or underscores in italics, without them.
      expect([key, /(?<!\\)\*|(?<![\w\\])_|(?<!\\)`/.test(helpText.replace(/\]\([^)]+\)/g, ''))]).toEqual([key, false]);
    }
  });

  it('the conditions in the help of a filter are ones that the events of the trigger can meet', () => {
    for (const service of offered)
      for (const trigger of service.triggers) {
        if (trigger.how !== 'webhook') continue;
        const key = keyOf(service, trigger);
        const field = fixedFields(steps.find((step) => step.key === key)?.operation.inputFields).find(
          (one) => one.key === 'filter',
        );
        if (!field) continue;
        const conditions = [...(field.helpText ?? '').matchAll(/“([^”]+)”/g)].map(([, condition = '']) => condition);
        expect([key, conditions.length, field['placeholder']]).toEqual([key, 2, conditions[0]]);
        expect(() => checkFilter(trigger, { filter: conditions })).not.toThrow();
        const known = conditions.filter(
          (condition) => condition !== 'status = failed' && !condition.endsWith(' exists'),
        );
        expect([key, passesFilter(trigger.sample, known)]).toEqual([key, true]);
      }
  });

  it('D009: a search has a field', () => {
    expect(wrongSteps(({ operation }) => (operation.inputFields ?? []).length === 0, searches())).toEqual([]);
  });

  it('D010: the example of a trigger or a search has an id', () => {
    expect(
      wrongSteps(
        ({ operation }) => !['string', 'number'].includes(typeof operation.sample?.['id']),
        [...triggers(), ...searches()],
      ),
    ).toEqual([]);
  });

  it('D011: a help text adds information to its label', () => {
    const redundant = (field: FieldDefinition) =>
      field.helpText !== undefined &&
      field.helpText.replace(/\W/g, '').toLowerCase() === (field.label ?? '').replace(/\W/g, '').toLowerCase();
    for (const { key, operation } of steps)
      expect([key, wrong(fixedFields(operation.inputFields), redundant, (field) => field.key)]).toEqual([key, []]);
  });

  it('D012: every step has an example', () => {
    expect(wrongSteps(({ operation }) => Object.keys(operation.sample ?? {}).length === 0)).toEqual([]);
  });

  it('D018: labels are in Title Case', () => {
    const small = new Set([
      'a',
      'an',
      'and',
      'as',
      'at',
      'by',
      'for',
      'from',
      'if',
      'in',
      'of',
      'on',
      'or',
      'the',
      'to',
      'with',
    ]);
    // A vendor name in lower case stays in lower case.
    const brands = new Set(['dbt']);
    const isTitle = (label: string) =>
      label
        .split(/[\s(]+/)
        .every(
          (word, index) => word === '' || !/^[a-z]/.test(word) || brands.has(word) || (index > 0 && small.has(word)),
        );
    const labels = steps.flatMap(({ key, display, operation }) => [
      `${key}: ${display.label}`,
      ...fixedFields([...(operation.inputFields ?? []), ...(operation.outputFields ?? [])]).map(
        ({ label }) => `${key}: ${label}`,
      ),
    ]);
    expect(labels.filter((entry) => !isTitle(entry.slice(entry.indexOf(': ') + 2)))).toEqual([]);
    expect(labels.filter((entry) => /[.!?]$/.test(entry))).toEqual([]);
    expect(wrongSteps(({ display, noun }) => /polling/i.test(`${display.label} ${noun}`))).toEqual([]);
  });

  it('a search begins with “Find” and its description with “Finds”; no other action does', () => {
    expect(
      wrongSteps(({ display }) => !/^Find .+/.test(display.label) || !/^Finds /.test(display.description), searches()),
    ).toEqual([]);
    expect(wrongSteps(({ display }) => /^Find /.test(display.label), creates())).toEqual([]);
  });

  it('D013: a dropdown suggests the search that finds its values, in steps that can have one before them', () => {
    const suggested = steps.flatMap(({ key, operation }) =>
      fixedFields(operation.inputFields).flatMap((field) => {
        const search = field['search'] as string | undefined;
        return search === undefined ? [] : [{ key, field: field.key, search }];
      }),
    );
    for (const { key, search } of suggested) {
      const [found, output] = search.split('.');
      expect(definition.searches?.[found ?? '']?.operation.sample?.[output ?? '']).toBeDefined();
      expect(found).not.toBe(key);
      expect(definition.triggers?.[key]).toBeUndefined();
    }
    if (name === 'dbt') expect(suggested).toEqual([{ key: 'dbt_run_job', field: 'job', search: 'dbt_find_job.id' }]);
    if (name === 'fabric')
      expect(suggested.map(({ key }) => key)).toEqual([
        'fabric_run_pipeline',
        'fabric_run_notebook',
        'fabric_run_spark_job',
        'fabric_cancel_job_run',
        'fabric_rerun_failed_run',
        'fabric_get_job_run',
      ]);
  });

  it('a noun is the object of a step, without what happened to it', () => {
    expect(
      wrongSteps(({ noun }) =>
        / (Finished|Completed|Started|Errored|Updated|Received|Reached|Failed|Ended|Created)$/.test(noun),
      ),
    ).toEqual([]);
  });

  it('D021: the description of a trigger is a sentence with "Triggers when", of other steps one that begins with a verb', () => {
    expect(wrongSteps(({ display }) => !/^Triggers when [^.]+\.$/.test(display.description), triggers())).toEqual([]);
    expect(
      wrongSteps(({ display }) => !/^[A-Z][a-z]+s .+\.$/.test(display.description), [...creates(), ...searches()]),
    ).toEqual([]);
  });

  it('D022: a dynamic field depends on a static one', () => {
    for (const { key, operation } of steps) {
      const late = (operation.inputFields ?? []).filter((field) => typeof field === 'string');
      if (late.length > 0)
        expect([
          key,
          fixedFields(operation.inputFields).some((field) => field['altersDynamicFields'] === true),
        ]).toEqual([key, true]);
    }
  });

  it('D023: timestamps in examples are in ISO 8601', () => {
    const timestamps: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(value)) timestamps.push(value);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    for (const { operation } of steps) collect(operation.sample);
    if (name === 'pipewright') expect(timestamps.length).toBeGreaterThan(0);
    expect(
      timestamps.filter((timestamp) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(timestamp)),
    ).toEqual([]);
  });

  it('D024: every example has the declared output fields and types', () => {
    const types: Record<string, string> = {
      string: 'string',
      number: 'number',
      integer: 'number',
      boolean: 'boolean',
    };
    for (const { key, operation } of steps) {
      const fields = fixedFields(operation.outputFields);
      const dynamic = (operation.outputFields ?? []).length - fields.length;
      if (dynamic > 0) {
        // The columns of a file are read in the editor; only the list of rows is missing among the fixed fields.
        expect([key, dynamic]).toEqual([expect.stringMatching(/_(get_rows|preview_dataset)$/), 1]);
        fields.push({ key: 'rows' });
      }
      expect([
        key,
        Object.keys(operation.sample ?? {}).filter((name) => !fields.some((field) => field.key === name)),
      ]).toEqual([key, []]);
      for (const field of fields) {
        const value = operation.sample?.[field.key];
        const expected = types[field.type ?? ''];
        if (value === undefined || expected === undefined) continue;
        const values = field['list'] ? (value as unknown[]) : [value];
        expect([key, field.key, values.filter((entry) => typeof entry !== expected)]).toEqual([key, field.key, []]);
      }
    }
  });

  it('keeps secrets and the sender’s signature out of examples', () => {
    expect(JSON.stringify(steps.map(({ operation }) => operation.sample))).not.toMatch(
      /password|secret"?:\s*"(?!current|previous|none)|Bearer |sig=/i,
    );
  });
});

describe('The Zapier apps', () => {
  it('are all listed in the README, which says what they contain', () => {
    const listed = [
      ...readFileSync(join(projectRoot, 'zapier-app', 'README.md'), 'utf8').matchAll(/^\| \[([^\]]+)\]/gm),
    ];
    expect(listed.map(([, name]) => name).sort()).toEqual(Object.keys(apps).sort());
  });

  it('have a home for every service that runs on Zapier: one app of its own, and the one with all services', () => {
    const wanted = catalog.filter(({ missing }) => missing?.zapier === undefined);
    expect(apps.pipewright.services).toEqual(wanted);
    const own = Object.entries(apps).flatMap(([name, { services }]) => (name === 'pipewright' ? [] : services));
    expect(own.map(({ key }) => key).sort()).toEqual(wanted.map(({ key }) => key).sort());
  });

  it('have one app for all services with the same login, because a connection belongs to one app', () => {
    const homes = new Map<string, Set<string>>();
    for (const [name, { services }] of Object.entries(apps))
      for (const { connection } of services)
        if (name !== 'pipewright' && logsIn(connection))
          homes.set(connection.key, (homes.get(connection.key) ?? new Set()).add(name));
    // A webhook secret belongs to one sender, so it need not be shared.
    expect([...homes].filter(([key, names]) => key !== 'webhookSecret' && names.size > 1)).toEqual([]);
  });
});

describe('The label of a step', () => {
  const label = (name: AppName, service: string, described: string): string => {
    const { services } = apps[name];
    const found = services.find(({ key }) => key === service) as Service;
    return labelOf(
      found,
      [...found.operations, ...found.triggers].find(({ key }) => key === described) as Service['operations'][number],
      services,
    );
  };

  it('has no suffix in an app of one service', () => {
    expect(label('dbt', 'dbt', 'runJob')).toBe('Run Job');
    expect(label('slack', 'slack', 'sendMessage')).toBe('Send Message');
  });

  it('names the service where an app has several, unless the name already says it', () => {
    expect(label('pipewright', 'dbt', 'runJob')).toBe('Run Job in dbt');
    expect(label('azure', 'dataFactory', 'runPipeline')).toBe('Run Pipeline in Data Factory');
    expect(label('azure', 'webhookActivity', 'completeActivity')).toBe('Complete WebHook Activity');
    expect(label('datasets', 'dataset', 'checkDataset')).toBe('Check Dataset');
    expect(label('datasets', 'sqlTable', 'checkDataset')).toBe('Check Dataset in SQL Table');
    expect(label('datasets', 'sqlTable', 'exportTable')).toBe('Export SQL Table');
    expect(label('datasets', 'sqlTable', 'exportQuery')).toBe('Export Query From SQL Table');
    expect(label('datasets', 'dataset', 'getRows')).toBe('Get Rows From Dataset');
    expect(label('pipewright', 'restJob', 'runJob')).toBe('Run REST Job');
  });

  it('has a key in snake case', () => {
    expect(snakeCase('dataFactory')).toBe('data_factory');
  });
});

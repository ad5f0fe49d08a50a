import { services } from '../../../shared/src/catalog.ts';
import { describeField, describeFieldOn, type Fields } from '../../../shared/src/define/fields.ts';
import { installN8n } from '../../support/machine/n8n.ts';
import { installedPackages } from '../n8n/build-package.ts';
import { readPackage } from '../n8n/read-package.ts';
import { builtZip } from '../zapier/built-zip.ts';
import { startZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { allowedDifferences } from './allowed-differences.ts';
import { n8nConnections, n8nOffer } from './n8n-offer.ts';
import type { Offer, OfferedField } from './offer.ts';
import { zapierConnections, zapierOffer } from './zapier-offer.ts';

type Sides = { n8n: Offer; zapier: Offer };
let operations: Sides;
let connections: Sides;

beforeAll(async () => {
  const { folder } = await installN8n(() => undefined);
  const packages = await installedPackages(folder);
  const zapier = await startZapierBackend(await builtZip());
  try {
    const contents = packages.map(readPackage);
    operations = { n8n: n8nOffer(contents), zapier: await zapierOffer(zapier) };
    connections = { n8n: n8nConnections(contents), zapier: await zapierConnections(zapier) };
  } finally {
    await zapier.close();
  }
});

/** Every field as defined for a platform, by its label in the form. */
function definedFields(platform: Platform): Map<string, OfferedField> {
  const entries = services.flatMap(({ name: service, connection, operations: own, triggers }) =>
    [
      { key: connection.name, fields: connection.fields },
      ...[...own, ...triggers].map(({ name, input }) => ({ key: `${name} in ${service}`, fields: input })),
    ].flatMap(({ key, fields }) =>
      Object.entries(fields).map(([name, field]): [string, OfferedField] => {
        const { label, help = '', options = [], required } = describeFieldOn(platform, field);
        return [`${key}: ${name}`, { label, help, options: options.map((option) => option.label), required }];
      }),
    ),
  );
  return new Map(entries);
}

type Platform = 'n8n' | 'zapier';
const definitions = { n8n: definedFields('n8n'), zapier: definedFields('zapier') };

/** The documented reasons for gaps on a platform: `notOn` of a field, `missing` of a service. */
function reasons(platform: 'n8n' | 'zapier') {
  const without = (fields: Fields) =>
    Object.keys(fields).filter((name) => describeField(fields[name] as Fields[string]).notOn?.[platform]);
  const all = services.flatMap(({ name: service, missing, operations: own, triggers, connection }) => [
    ...[...own, ...triggers].map((described) => ({
      key: `${described.name} in ${service}`,
      missing: missing?.[platform],
      fields: without(described.input),
    })),
    { key: connection.name, missing: missing?.[platform], fields: without(connection.fields) },
  ]);
  return {
    services: new Set(all.filter((entry) => entry.missing).map(({ key }) => key)),
    fields: new Set(all.flatMap(({ key, fields }) => fields.map((field) => `${key}: ${field}`))),
  };
}

const fieldKeys = (offer: Offer): string[] =>
  Object.entries(offer).flatMap(([key, { fields }]) => Object.keys(fields).map((field) => `${key}: ${field}`));
const without = (keys: string[], taken: Set<string>): string[] => keys.filter((key) => !taken.has(key)).sort();

describe.each(['operations', 'connections'] as const)('the %s of the built packages and app', (what) => {
  const sides = (): Sides => (what === 'operations' ? operations : connections);

  it('are the same, except for gaps with a documented reason', () => {
    const { n8n, zapier } = sides();
    expect(Object.keys(n8n).length).toBeGreaterThan(what === 'operations' ? 35 : 4);
    expect(without(Object.keys(n8n), reasons('zapier').services)).toEqual(
      without(Object.keys(zapier), reasons('n8n').services),
    );
  });

  it('have the same fields, except for gaps with a documented reason', () => {
    const { n8n, zapier } = sides();
    expect(without(fieldKeys(n8n), reasons('zapier').fields)).toEqual(
      without(fieldKeys(zapier), reasons('n8n').fields),
    );
  });

  it.each(['n8n', 'zapier'] as const)(
    'show every field in %s exactly as it is defined for that platform',
    (platform) => {
      const different = Object.entries(sides()[platform]).flatMap(([key, { fields }]) =>
        Object.entries(fields).flatMap(([name, form]) => {
          const definition = definitions[platform].get(`${key}: ${name}`);
          return definition
            ? differences(platform, form, definition).map((difference) => `${key}: ${name}: ${difference}`)
            : [];
        }),
      );
      expect(different).toEqual([]);
    },
  );

  // Zapier has one connection for all services, so none of its fields can be required.
  if (what === 'operations')
    it('require the same fields', () => {
      const { n8n, zapier } = sides();
      const different = Object.entries(n8n).flatMap(([key, { fields }]) =>
        Object.entries(fields)
          .filter(([name, { required }]) => (zapier[key]?.fields[name]?.required ?? required) !== required)
          .map(([name]) => `${key}: ${name}`),
      );
      expect(different).toEqual([]);
    });

  it('have the same descriptions', () => {
    const { n8n, zapier } = sides();
    const different = Object.entries(n8n).filter(
      ([key, { description }]) => zapier[key] && description !== '' && !zapier[key].description.includes(description),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });
});

/** How the form of a field differs from its definition, ignoring allowed differences. */
function differences(platform: Platform, form: OfferedField, definition: OfferedField): string[] {
  const shown = allowedDifferences
    .filter((allowed) => allowed.platform === platform)
    .reduce((field, { remove }) => remove(field, definition), form);
  return (['label', 'help', 'options'] as const)
    .filter((part) => JSON.stringify(shown[part]) !== JSON.stringify(definition[part]))
    .map((part) => `${part}: shows ${JSON.stringify(shown[part])}, defined ${JSON.stringify(definition[part])}`);
}

describe('an allowed difference', () => {
  it.each(allowedDifferences)('has a reason and occurs: $reason', ({ reason, platform, remove }) => {
    expect(reason).toMatch(/^\S.{20,}\.$/);
    const pairs = [operations, connections].flatMap((sides) =>
      Object.entries(sides[platform]).flatMap(([key, { fields }]) =>
        Object.entries(fields).flatMap(([name, form]) => {
          const definition = definitions[platform].get(`${key}: ${name}`);
          return definition ? [[form, definition] as const] : [];
        }),
      ),
    );
    expect(pairs.some(([form, definition]) => JSON.stringify(remove(form, definition)) !== JSON.stringify(form))).toBe(
      true,
    );
  });
});

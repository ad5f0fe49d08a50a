import { services } from '../../../shared/src/catalog.ts';
import { describeField, type Fields } from '../../../shared/src/define/fields.ts';
import { installN8n } from '../../support/machine/n8n.ts';
import { buildPackage, type BuiltPackage } from '../n8n/build-package.ts';
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
  const packages: BuiltPackage[] = [
    await buildPackage('pipewright', folder),
    await buildPackage('pipewright-sql', folder),
  ];
  const zapier = await startZapierBackend(await builtZip());
  try {
    const contents = packages.map((built) => readPackage(built.folder));
    operations = { n8n: n8nOffer(contents), zapier: await zapierOffer(zapier) };
    connections = { n8n: n8nConnections(contents), zapier: await zapierConnections(zapier) };
  } finally {
    await zapier.close();
    await Promise.all(packages.map((built) => built.remove()));
  }
}, 180_000);

/** The written reasons why something is missing on a platform: `notOn` of a field, `missing` of a service. */
function reasons(face: 'n8n' | 'zapier') {
  const without = (fields: Fields) =>
    Object.keys(fields).filter((name) => describeField(fields[name] as Fields[string]).notOn?.[face]);
  const all = services.flatMap(({ name: service, missing, operations: own, triggers, connection }) => [
    ...[...own, ...triggers].map((described) => ({
      key: `${described.name} in ${service}`,
      missing: missing?.[face],
      fields: without(described.input),
    })),
    { key: connection.name, missing: missing?.[face], fields: without(connection.fields) },
  ]);
  return {
    services: new Set(all.filter((entry) => entry.missing).map(({ key }) => key)),
    fields: new Set(all.flatMap(({ key, fields }) => fields.map((field) => `${key}: ${field}`))),
  };
}

const fieldKeys = (offer: Offer): string[] =>
  Object.entries(offer).flatMap(([key, { fields }]) => Object.keys(fields).map((field) => `${key}: ${field}`));
const without = (keys: string[], taken: Set<string>): string[] => keys.filter((key) => !taken.has(key)).sort();

describe.each(['operations', 'connections'] as const)('the %s of both built packages', (what) => {
  const sides = (): Sides => (what === 'operations' ? operations : connections);

  it('are the same, but for those whose absence has a written reason', () => {
    const { n8n, zapier } = sides();
    expect(Object.keys(n8n).length).toBeGreaterThan(what === 'operations' ? 35 : 4);
    expect(without(Object.keys(n8n), reasons('zapier').services)).toEqual(
      without(Object.keys(zapier), reasons('n8n').services),
    );
  });

  it('have the same fields, but for those whose absence has a written reason', () => {
    const { n8n, zapier } = sides();
    expect(without(fieldKeys(n8n), reasons('zapier').fields)).toEqual(
      without(fieldKeys(zapier), reasons('n8n').fields),
    );
  });

  it('say the same of every field', () => {
    const { n8n, zapier } = sides();
    const different = Object.entries(n8n).flatMap(([key, { fields }]) =>
      Object.entries(fields).flatMap(([name, field]) => {
        const other = zapier[key]?.fields[name];
        return other ? differences(field, other, what).map((difference) => `${key}: ${name}: ${difference}`) : [];
      }),
    );
    expect(different).toEqual([]);
  });

  it('are described in the same words', () => {
    const { n8n, zapier } = sides();
    const different = Object.entries(n8n).filter(
      ([key, { description }]) => zapier[key] && description !== '' && !zapier[key].description.includes(description),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });
});

/** What differs between the two forms of a field beyond what is allowed with a reason. */
function differences(n8n: OfferedField, zapier: OfferedField, what: 'operations' | 'connections'): string[] {
  const [left, right] = allowedDifferences.reduce<[OfferedField, OfferedField]>(
    ([a, b], { remove }) => remove(a, b),
    [n8n, zapier],
  );
  // Zapier has one connection for all services, so no field of it can be required.
  const parts = ['label', 'help', 'options', ...(what === 'operations' ? (['required'] as const) : [])] as const;
  return parts
    .filter((part) => JSON.stringify(left[part]) !== JSON.stringify(right[part]))
    .map((part) => `${part}: n8n says ${JSON.stringify(left[part])}, Zapier ${JSON.stringify(right[part])}`);
}

describe('an allowed difference', () => {
  it('has a reason that a person understands, and occurs', () => {
    const pairs = [operations, connections].flatMap(({ n8n, zapier }) =>
      Object.entries(n8n).flatMap(([key, { fields }]) =>
        Object.entries(fields).flatMap(([name, field]) => {
          const other = zapier[key]?.fields[name];
          return other ? [[field, other] as const] : [];
        }),
      ),
    );
    for (const { reason, remove } of allowedDifferences) {
      expect(reason).toMatch(/^\S.{20,}\.$/);
      expect({
        reason,
        occurs: pairs.some(([a, b]) => JSON.stringify(remove(a, b)) !== JSON.stringify([a, b])),
      }).toEqual({ reason, occurs: true });
    }
  });
});

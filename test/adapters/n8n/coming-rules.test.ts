import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { packageNames } from '../../../scripts/generate/packages.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import { installN8n } from '../../support/machine/n8n.ts';
import { installedPackages } from './build-package.ts';
import { readPackage, type PackageContent } from './read-package.ts';

/** The categories of community nodes: https://docs.n8n.io/integrations/creating-nodes/build/reference/node-codex-files/ */
const categories = [
  'Analytics',
  'Communication',
  'Data & Storage',
  'Development',
  'Finance & Accounting',
  'Marketing & Content',
  'Miscellaneous',
  'Productivity',
  'Sales',
  'Utility',
];

/** What a package declares and contains. */
interface Reviewed {
  manifest: { license: string; repository: object; n8n: { nodes: string[] } };
  content: PackageContent;
  codex: { categories: string[]; subcategories?: object }[];
}

/** All properties, including those inside collections and of fixed collections. */
function allProperties(properties: readonly INodeProperties[]): INodeProperties[] {
  return properties.flatMap((property) => [
    property,
    ...(property.options ?? []).flatMap((option) => {
      if ('values' in option) return allProperties(option.values);
      return 'type' in option ? allProperties([option]) : [];
    }),
  ]);
}

const propertiesOf = ({ content }: Reviewed): [where: string, INodeProperties][] =>
  [
    ...Object.entries(content.nodes).map(([key, { description }]) => [key, description.properties] as const),
    ...Object.entries(content.credentials).map(([key, { properties }]) => [key, properties] as const),
  ].flatMap(([key, properties]) =>
    allProperties(properties).map((property): [string, INodeProperties] => [`${key}.${property.name}`, property]),
  );

/** Relative luminance of a color: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const digits = color.length === 4 ? color.replace(/[0-9a-f]/gi, '$&$&') : color;
  const channels = [1, 3, 5].map((at) => {
    const value = parseInt(digits.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => sum + weight * (channels[index] ?? 0), 0);
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const backgrounds = { light: '#ffffff', dark: '#2b2b2b' };

/** The icons whose clearest color cannot be distinguished from the background of n8n. */
function paleIcons({ content }: Reviewed): string[] {
  const icons = [
    ...Object.values(content.nodes).map(({ description }) => description.icon),
    ...Object.values(content.credentials).map(({ icon }) => icon),
  ] as { light: string; dark: string }[];
  return icons.flatMap((icon) =>
    (['light', 'dark'] as const)
      .filter((theme) => {
        const svg = readFileSync(join(projectRoot, 'icons', icon[theme].split('/').at(-1) ?? ''), 'utf8');
        const colors = svg.match(/#(?:[0-9a-f]{6}|[0-9a-f]{3})\b/gi) ?? [];
        return !(Math.max(...colors.map((color) => contrast(color, backgrounds[theme]))) >= 1.5);
      })
      .map((theme) => icon[theme]),
  );
}

const repeated = <T>(all: readonly T[]): T[] => all.filter((one, index) => all.indexOf(one) !== index);

/**
 * Rules that are in the repository of n8n's linter and not yet in a release, each with what breaks it. The linter looks only at
 * literal descriptions; these look at the description that n8n sees.
 */
const rules: Record<string, (reviewed: Reviewed) => unknown[]> = {
  'require-mit-license': ({ manifest }) => (manifest.license === 'MIT' ? [] : [manifest.license]),
  'no-monorepo': ({ manifest }) => ('directory' in manifest.repository ? [manifest.repository] : []),
  'single-credential-per-node': ({ content }) =>
    Object.entries(content.nodes)
      .filter(([, { description }]) => (description.credentials ?? []).length > 1)
      .map(([key]) => key),
  'valid-node-categories': ({ codex }) =>
    codex.flatMap((one) => [
      ...one.categories.filter((category) => !categories.includes(category)),
      ...(one.categories.length > 0 && !one.subcategories ? [] : [one]),
    ]),
  'icon-contrast': paleIcons,
  'hint-max-length': (reviewed) =>
    propertiesOf(reviewed).flatMap(([where, { hint = '' }]) => (hint.length > 120 ? [where] : [])),
  'no-duplicate-param-options': (reviewed) =>
    propertiesOf(reviewed).flatMap(([where, { type, options = [] }]) => {
      if (!['options', 'multiOptions'].includes(type)) return [];
      const values = options.map((option) => ('value' in option ? option.value : option.name));
      return [...repeated(options.map(({ name }) => name)), ...repeated(values)].map(
        (one) => `${where}: ${String(one)}`,
      );
    }),
  'require-param-default': (reviewed) =>
    propertiesOf(reviewed).flatMap(([where, property]) => (property.default === undefined ? [where] : [])),
};

describe.each(packageNames)('n8n-nodes-%s', (name) => {
  let folder: string;
  let reviewed: Reviewed;

  beforeAll(async () => {
    [folder = ''] = await installedPackages((await installN8n(() => undefined)).folder, [name]);
    const read = <T>(path: string): T => JSON.parse(readFileSync(join(folder, path), 'utf8')) as T;
    const manifest = read<Reviewed['manifest']>('package.json');
    const codex = manifest.n8n.nodes.map((path) => read<Reviewed['codex'][number]>(path.replace(/\.js$/, '.json')));
    reviewed = { manifest, content: readPackage(folder), codex };
  });

  it.each(Object.entries(rules))('keeps the coming rule %s', (_rule, violations) => {
    expect(violations(reviewed)).toEqual([]);
  });
});

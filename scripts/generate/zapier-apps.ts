import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from '../../shared/src/define/fields.ts';
import { connectionsOf, offeredFields } from '../../zapier-app/adapter/connections.ts';
import { kindOf } from '../../zapier-app/adapter/kind.ts';
import { keyOf, labelOf } from '../../zapier-app/adapter/names.ts';
import { apps, type AppName, type ZapierAppEntry } from './apps.ts';
import { formSize } from './form-size.ts';
import { SourcePaths } from './source-paths.ts';
import { generatedFrom, imports } from './source-text.ts';
import { requiredLabels } from './required-labels.ts';

const source = 'scripts/generate/apps.ts';
const core = 'zapier-platform-core';

/** The versions in the package.json of the repository that every app repeats, because Zapier copies only the app's folder. */
interface Workspace {
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
  license: string;
}

function packageJson(name: AppName, { description, version }: ZapierAppEntry, workspace: Workspace): string {
  return JSON.stringify({
    name: `pipewright-zapier-${name}`,
    version,
    private: true,
    description,
    license: workspace.license,
    type: 'module',
    exports: './dist/index.js',
    scripts: { '_zapier-build': 'node ../../build.mjs --bundle-only .' },
    dependencies: { [core]: workspace.devDependencies[core] },
    // `zapier-platform push` installs the dependencies without a lock file; a later version crashes there.
    overrides: { 'get-intrinsic': workspace.overrides['get-intrinsic'] },
  });
}

function entryPoint({ title, services }: ZapierAppEntry, sources: SourcePaths): string {
  return `${generatedFrom(source)}
${imports(Object.fromEntries(services.map((service) => [`../../../../${sources.service(service)}`, [service.key]])))}
import packageJson from '../package.json' with { type: 'json' };
import { zapierApp } from '../../../adapter/app.ts';

/** The Zapier app “${title}”. */
export default zapierApp([${services.map(({ key }) => key).join(', ')}], { version: packageJson.version });
`;
}

/** How many fields a form shows at most: `6 + 3 advanced`. */
function fieldsOf(fields: Fields): string {
  const { first, advanced } = formSize(fields);
  return advanced > 0 ? `${first} + ${advanced} advanced` : String(first);
}

function readme(name: AppName, { title, description, services }: ZapierAppEntry): string {
  const steps = services.flatMap((service) =>
    [...service.triggers, ...service.operations].map(
      (described) =>
        `| ${labelOf(service, described, services)} | ${kindOf(described)} | \`${keyOf(service, described)}\` | ${fieldsOf(described.input)} | ${described.description} |`,
    ),
  );
  const connections = connectionsOf(services).map(({ connection, usedBy, required }) => {
    const labels = requiredLabels(connection.fields);
    return `| ${connection.name} | ${required ? 'every step' : usedBy.join(', ') || 'some datasets'} | ${offeredFields(connection).length} | ${labels.join(', ') || '–'} | ${connection.description} |`;
  });
  return `<!-- ${generatedFrom(source).slice(3)} -->

# ${title}

${description}

A Zapier app of [Pipewright](../../README.md), made from the definitions in \`shared/src\`. The source package that Zapier stores contains this folder with the bundle in \`dist\`, not the sources outside it.

## Connection

| Connection | Needed for | Fields | Required fields | Description |
|---|---|---|---|---|
${connections.join('\n')}

## Steps

| Step | Kind | Key | Fields | Description |
|---|---|---|---|---|
${steps.join('\n')}

## Deploy

\`\`\`
npm install                       # once, in the root of the repository
cd zapier-app/apps/${name}
npx zapier-platform login         # once
npx zapier-platform register "${title}" --desc "${description}" --audience private   # once
npx zapier-platform push
\`\`\`

Registering, versions, invitations and logs: [docs/operating-zapier.md](../../../docs/operating-zapier.md).
`;
}

/** The generated files of all Zapier apps, not yet formatted, by path. */
export function zapierAppFiles(project: string): Map<string, string> {
  const sources = new SourcePaths(project);
  const workspace = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as Workspace;
  return new Map(
    (Object.entries(apps) as [AppName, ZapierAppEntry][]).flatMap(([name, app]) => {
      const folder = `zapier-app/apps/${name}`;
      return [
        [`${folder}/package.json`, packageJson(name, app, workspace)],
        [`${folder}/src/index.ts`, entryPoint(app, sources)],
        [`${folder}/README.md`, readme(name, app)],
        // Zapier's source package leaves out what this file lists; without it, everything would be in.
        [`${folder}/.gitignore`, 'node_modules/\nbuild/\n.env\n.zapierapprc\n'],
      ] as [string, string][];
    }),
  );
}

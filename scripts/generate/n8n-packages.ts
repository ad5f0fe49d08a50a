import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialName } from '../../n8n-nodes/adapter/names.ts';
import { services as catalog } from '../../shared/src/catalog.ts';
import { logsIn } from '../../shared/src/define/connection.ts';
import { writeCodex } from './codex-file.ts';
import { writeCredential } from './credential-file.ts';
import { connectionIcon, connectionsOf, pascalCase } from './names.ts';
import { nodesOf, writeNode } from './node-file.ts';
import { writePackageJson } from './package-json.ts';
import { newReadme, withGeneratedParts } from './package-readme.ts';
import { packages, type N8nPackage } from './packages.ts';
import { readText } from './read-text.ts';
import { writeSchemas } from './schema-file.ts';
import { SourcePaths } from './source-paths.ts';

/** The path and text of a generated file. */
type GeneratedText = [path: string, text: string];

function packageFiles(project: string, name: string, described: N8nPackage, sources: SourcePaths): GeneratedText[] {
  const folder = `n8n-nodes/${name}`;
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
  const nodes = described.services.flatMap((service) =>
    nodesOf(service, sources.service(service), described.folderVariable),
  );
  const connections = connectionsOf(described.services).filter(logsIn);
  const readme = readText(join(project, folder, 'README.md')) ?? newReadme(name, described.description);
  return [
    [
      `${folder}/package.json`,
      writePackageJson(name, version, described, {
        nodes: nodes.map((node) => pascalCase(node.name)).sort(),
        credentials: connections.map((connection) => pascalCase(credentialName(connection))).sort(),
      }),
    ],
    [`${folder}/LICENSE`, readFileSync(join(project, 'LICENSE'), 'utf8')],
    [`${folder}/README.md`, withGeneratedParts(readme, name, described)],
    ...nodes.flatMap((node): GeneratedText[] => {
      const nodeFolder = `${folder}/nodes/${pascalCase(node.name)}`;
      const file = `${nodeFolder}/${pascalCase(node.name)}.node`;
      return [
        [`${file}.ts`, writeNode(node)],
        [`${file}.json`, writeCodex(name, node)],
        ...writeSchemas(node).map(([path, text]): GeneratedText => [`${nodeFolder}/${path}`, text]),
      ];
    }),
    ...connections.map(
      (connection): GeneratedText => [
        `${folder}/credentials/${pascalCase(credentialName(connection))}.credentials.ts`,
        writeCredential(connection, sources.connection(connection), connectionIcon(connection, catalog)),
      ],
    ),
  ];
}

/** The generated files of all n8n packages, not yet formatted, by path. */
export function n8nPackageFiles(project: string): Map<string, string> {
  const sources = new SourcePaths(project);
  return new Map(
    Object.entries(packages).flatMap(([name, described]) => packageFiles(project, name, described, sources)),
  );
}

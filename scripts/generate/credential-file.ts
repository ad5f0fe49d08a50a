import { credentialName } from '../../n8n-nodes/adapter/names.ts';
import type { Connection } from '../../shared/src/define/connection.ts';
import { displayNameOf, pascalCase } from './names.ts';
import { generatedFrom, imports, literal } from './source-text.ts';

/**
 * The class of a credential type, not yet formatted.
 * @param source path of the connection's definition, from the root of the repository
 * @param icon base name of its icons
 */
export function writeCredential(connection: Connection, source: string, icon: string): string {
  const name = credentialName(connection);
  const definition = `${connection.key}Connection`;
  const file = (variant: string): string => literal(`file:../icons/${icon}${variant}.svg`);
  return `${generatedFrom(source)}
${imports({
  'n8n-workflow': ['type ICredentialType'],
  [`../../../${source}`]: [definition],
  '../../adapter/credential.ts': ['describeCredential'],
}).replace('import { type ICredentialType }', 'import type { ICredentialType }')}

/** The credential “${displayNameOf(connection.name)}”. */
export class ${pascalCase(name)} implements ICredentialType {
  name = ${literal(name)};

  displayName = \`${displayNameOf(`\${${definition}.name}`)}\`;

  icon = { light: ${file('')}, dark: ${file('.dark')} } as const;

  documentationUrl = ${literal(connection.documentationUrl)};

  properties = describeCredential(${definition});
}
`;
}

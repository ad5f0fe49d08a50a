import type { ChoiceList } from '../../shared/src/define/choice-list.ts';
import type { DeclaredValues } from '../../shared/src/define/declared-values.ts';
import type { Connection } from '../../shared/src/define/connection.ts';

const capitalize = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The credential type of a connection: `pipewrightAzureApi`. Workflows store it, so it must not change. */
export function credentialName(connection: Pick<Connection, 'key'>): string {
  return `pipewright${capitalize(connection.key)}Api`;
}

/** The method of a node that tests a connection: `testAzure`. */
export function testMethod(connection: Pick<Connection, 'key'>): string {
  return `test${capitalize(connection.key)}`;
}

/** The method of a node that loads a dropdown: `searchPipelines`. */
export function listMethod(list: Pick<ChoiceList, 'key'>): string {
  return `search${capitalize(list.key)}`;
}

/** A value of the resource dropdown: `Pipeline Run` becomes `pipelineRun`. */
export function resourceValue(resource: string): string {
  const words = resource
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  return words.map((word, index) => (index === 0 ? word : capitalize(word))).join('');
}

/** An action in sentence case, as n8n lists it: `Run Pipeline` becomes `Run pipeline`; acronyms such as SQL stay unchanged. */
export function actionText(name: string): string {
  return name
    .split(' ')
    .map((word, index) => (index === 0 || /[A-Z].*[A-Z]/.test(word) ? word : word.toLowerCase()))
    .join(' ');
}

/** The parameter that selects how names and values are entered. */
export function modeName(field: string): string {
  return `${field}Mode`;
}

/** The resource mapper of a field of names and values. */
export function formName(field: string): string {
  return `${field}Form`;
}

/** The method of a node that loads the declared names: `mapPipelineParameters`. */
export function declaredMethod(declared: Pick<DeclaredValues, 'key'>): string {
  return `map${capitalize(declared.key)}`;
}

/** The JSON editor of a field of names and values. */
export function jsonName(field: string): string {
  return `${field}Json`;
}

import type { Pipeline, Resource } from './activities.ts';

/** A parameter of an ARM template: what the form of the Azure portal asks for. */
export interface ArmParameter {
  description: string;
  default?: string;
}

const kinds = new Map([
  ['LinkedServiceReference', 'linkedServices'],
  ['DatasetReference', 'datasets'],
  ['PipelineReference', 'pipelines'],
]);

/** A text of a template that Azure replaces with the value of a parameter. */
export const armParameter = (name: string): string => `[parameters('${name}')]`;

/** The resources of a factory that a definition refers to, as ARM resource IDs. */
function referencesOf(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const each of value) referencesOf(each, found);
  else if (typeof value === 'object' && value !== null) {
    if ('referenceName' in value && 'type' in value && typeof value.type === 'string') {
      const type = kinds.get(value.type);
      if (type)
        found.add(
          `[resourceId('Microsoft.DataFactory/factories/${type}', parameters('factoryName'), '${String(value.referenceName)}')]`,
        );
    }
    for (const each of Object.values(value)) referencesOf(each, found);
  }
  return found;
}

/**
 * A template that the Azure portal deploys into an existing data factory.
 * @see https://learn.microsoft.com/azure/templates/microsoft.datafactory/factories/pipelines
 */
export function armTemplate(
  parameters: Record<string, ArmParameter>,
  resources: { linkedServices: Resource[]; datasets: Resource[]; pipelines: Pipeline[] },
): unknown {
  const all = { factoryName: { description: 'Name of the data factory, which must exist' }, ...parameters };
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(
      Object.entries<ArmParameter>(all).map(([name, { description, default: defaultValue }]) => [
        name,
        { type: 'string', ...(defaultValue === undefined ? {} : { defaultValue }), metadata: { description } },
      ]),
    ),
    resources: Object.entries(resources).flatMap(([kind, entries]) =>
      entries.map(({ name, properties }) => ({
        type: `Microsoft.DataFactory/factories/${kind}`,
        apiVersion: '2018-06-01',
        name: `[concat(parameters('factoryName'), '/${name}')]`,
        dependsOn: [...referencesOf(properties)],
        properties,
      })),
    ),
  };
}

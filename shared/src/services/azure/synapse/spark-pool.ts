import * as v from 'valibot';
import { filledText, optionalField, displayText } from '../../../http/response-schema.ts';
import { defineChoices, search } from '../../../define/choice-list.ts';
import { text } from '../../../define/fields.ts';
import { managementApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { readAll } from '../pages.ts';
import { resource, service, workspaceId } from './workspace.ts';

const poolShape = v.object({
  name: filledText,
  properties: optionalField(v.object({ sparkVersion: displayText, nodeSize: displayText })),
});

/** Dropdown with the Spark pools of a workspace; the management plane lists them as big data pools. */
const sparkPoolChoices = defineChoices<AzureConnection>({
  key: 'sparkPools',
  needs: ['workspace'],
  async load(query, context) {
    const workspace = await workspaceId(String(query.input['workspace'] ?? ''), context);
    const path = `${workspace}/bigDataPools`;
    const pools = await readAll(managementApi(context, service), {
      service,
      path,
      version: resource.version,
      entry: poolShape,
    });
    const choices = pools.map(({ name, properties = {} }) => {
      const traits = [properties.sparkVersion && `Spark ${properties.sparkVersion}`, properties.nodeSize].filter(
        Boolean,
      );
      return { value: name, label: traits.length > 0 ? `${name} (${traits.join(', ')})` : name };
    });
    return { choices: search(choices, query.search) };
  },
});

/** Field for the Spark pool. */
export const sparkPoolField = text({
  label: 'Spark Pool',
  help: 'Select the Apache Spark pool that runs the job, or enter its name.',
  placeholder: 'sparkpool',
  identifier: 'Name',
  choices: sparkPoolChoices,
});

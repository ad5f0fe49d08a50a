/** An activity of a pipeline. */
export interface ActivityDefinition {
  name: string;
  /** Azure's type: `Copy`, `DatabricksNotebook`, `ExecutePipeline` … */
  type: string;
  /** For `ExecutePipeline`: the child pipeline. */
  runs?: string;
  /** Fails every run with this message. */
  alwaysFails?: string;
}

/** A pipeline of the sandbox. */
export interface PipelineDefinition {
  name: string;
  description?: string;
  folder?: string;
  parameters: Record<string, { type: string; defaultValue?: unknown }>;
  activities: ActivityDefinition[];
  /** Parameter with the URL that is called at the end of a run, with retries. */
  callsBack?: string;
  /** Parameter with the URL that the last activity, a WebHook activity, calls and then waits for. */
  asks?: string;
}

/** The API resource of a pipeline with sequential activities. */
export function pipelineResource(path: string, type: string, pipeline: PipelineDefinition): Record<string, unknown> {
  const { name, description, folder, parameters, activities } = pipeline;
  return {
    id: `${path}/pipelines/${name}`,
    name,
    type,
    etag: etagOf(pipeline),
    properties: {
      ...(description ? { description } : {}),
      activities: activities.map((activity, index) => ({
        name: activity.name,
        type: activity.type,
        dependsOn: index === 0 ? [] : [{ activity: activities[index - 1]?.name, dependencyConditions: ['Succeeded'] }],
        userProperties: [],
        typeProperties: activity.runs
          ? { pipeline: { referenceName: activity.runs, type: 'PipelineReference' }, waitOnCompletion: true }
          : activity.type === 'Copy'
            ? { source: { type: 'DelimitedTextSource' }, sink: { type: 'AzureSqlSink' } }
            : activity.type === 'DatabricksNotebook'
              ? { notebookPath: '/Shared/kpi' }
              : activity.type === 'WebActivity'
                ? { url: 'https://accounts.example/token', method: 'POST' }
                : {},
      })),
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
      ...(folder ? { folder: { name: folder } } : {}),
      annotations: [],
    },
  };
}

/** ETag of a pipeline. */
export function etagOf(pipeline: PipelineDefinition): string {
  return `"${Buffer.from(pipeline.name).toString('hex').padEnd(12, '0').slice(0, 12)}-0000"`;
}

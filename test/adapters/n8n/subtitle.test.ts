import type { INodeParameters } from 'n8n-workflow';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;

beforeAll(async () => {
  n8n = await openN8n();
});

afterAll(() => n8n.close());

/** The subtitle that n8n shows for a node. */
function subtitleOf(node: string, parameters: INodeParameters): unknown {
  const { workflow, node: own } = n8n.set({ node, parameters });
  return workflow.expression.getSimpleParameterValue(own, n8n.nodeType(node).description.subtitle, 'internal', {});
}

const picked = (value: string, cachedResultName?: string) => ({
  __rl: true,
  mode: 'list',
  value,
  ...(cachedResultName ? { cachedResultName } : {}),
});

const download = { resource: 'dataset', operation: 'downloadDataset' };
const runPipeline = {
  resource: 'pipelineRun',
  operation: 'runPipeline',
  factory: picked('/subscriptions/1', 'contoso'),
};

describe('The subtitle of a node', () => {
  it('shows the name of the selected thing, not its ID', () => {
    expect(subtitleOf('dataFactory', { ...runPipeline, pipeline: picked('p1', 'Load_sources') })).toBe(
      'run: Load_sources',
    );
    expect(subtitleOf('dbtPollingTrigger', { job: picked('910', 'nightly') })).toBe('job run finished: nightly');
  });

  it('shows an ID that was entered, and the values of a list', () => {
    expect(subtitleOf('quantemplate', { ...download, dataset: picked('d-claims') })).toBe('download: d-claims');
    expect(subtitleOf('quantemplateTrigger', { event: 'datasetUpdated', datasets: ['d-claims', 'd-policies'] })).toBe(
      'dataset updated: d-claims, d-policies',
    );
  });

  it('shows the operation or event until something is selected, or if an expression selects it', () => {
    expect(subtitleOf('quantemplate', { ...download, dataset: picked('') })).toBe('Download Dataset');
    expect(subtitleOf('quantemplate', { ...download, dataset: picked('={{ $json.id }}') })).toBe('Download Dataset');
    expect(subtitleOf('dbtPollingTrigger', {})).toBe('Job Run Finished (Polling)');
    expect(subtitleOf('signedWebhookTrigger', {})).toBe('Event Received');
  });

  it('shows what contains the selection if there is nothing more specific', () => {
    expect(subtitleOf('dataFactoryTrigger', { factory: picked('/subscriptions/1', 'contoso') })).toBe(
      'pipeline run finished: contoso',
    );
  });
});

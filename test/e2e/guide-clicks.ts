import { waitForExecutions } from '../support/n8n-server/executions.ts';
import { untilStored } from '../support/n8n-server/until-stored.ts';
import { sandboxConnections } from '../doubles/connections.ts';
import type { Editor } from '../support/n8n-server/editor.ts';
import type { N8n } from '../support/n8n-server/n8n-server.ts';
import type { Sandbox } from '../doubles/sandbox.ts';
import { ClickingUser } from './clicking-user.ts';
import type { EditorWorld } from './editor-world.ts';

/** The clicks with which a new user builds a guide. @param world returns the running servers, once they have started */
export function guideClicks(world: () => EditorWorld): void {
  let sandbox: Sandbox;
  let n8n: N8n;
  let editor: Editor;
  let user: ClickingUser;
  beforeAll(() => {
    ({ sandbox, n8n, editor } = world());
  });
  beforeEach(async () => {
    user = new ClickingUser(editor);
    await user.openWorkflow();
  });

  /** The fields for the parameters of a pipeline or report. */
  const parameterForm = () => user.find('resource-mapper-container');

  it('builds guide 000 in 20 clicks, with stored credentials, tries both steps and publishes it', async () => {
    await user.addFirst('Quantemplate', 'Pipewright Quantemplate', 'On dataset updated');
    const url = await user.copyProductionUrl();
    const sample = await user.execute();
    expect(sample).toContain('d-claims');
    await user.close();
    await user.addAfter('Quantemplate Trigger', 'Data Factory', 'Pipewright Azure Data Factory', 'Run pipeline');
    await user.pick('factory', 'contoso-factory');
    await user.pick('pipeline', 'QT_fetch_data');
    await parameterForm().getByText('DatasetID').first().waitFor();
    await user.drag('datasetId', parameterForm().locator('input'));
    await parameterForm().getByText('$json.datasetId').first().waitFor();
    expect(await user.execute()).toContain('succeeded');
    await user.close();
    await user.publish();
    expect(user.clicks).toBe(20);

    const runsBefore = sandbox.control.log().runs.dataFactory.length;
    const value = sandboxConnections(sandbox).quantemplate.webhookSecret;
    const event = { id: 'event-000', name: 'DatasetUpdated', payload: { datasetId: 'd-premiums' } } as const;
    const receiver = { url, secret: { kind: 'header', name: 'X-Webhook-Secret', value } } as const;
    const answer = await untilStored(() => sandbox.control.sendQuantemplateEvent(receiver, event));
    expect(answer).toMatchObject({ status: 200 });
    const workflowId = /workflow\/(\w+)/.exec(editor.page.url())?.[1] ?? '';
    // Each step was executed once in the editor.
    const executions = await waitForExecutions(n8n, workflowId, { status: 'success', count: 3 });
    expect(executions.map(({ mode }) => mode)).toEqual(['manual', 'manual', 'trigger']);
    expect(sandbox.control.log().runs.dataFactory.slice(runsBefore)).toMatchObject([
      { pipelineName: 'QT_fetch_data', status: 'Succeeded', parameters: { DatasetID: 'd-premiums' } },
    ]);
  });

  it('builds guide 002 in 12 clicks and tries both steps on the way, with stored credentials', async () => {
    await user.addFirst('dbt', 'Pipewright dbt', 'On job run completed');
    const sample = await user.execute();
    expect(sample).toContain('succeeded');
    await user.close();
    await user.addAfter('dbt Trigger', 'Mode', 'Pipewright Mode', 'Run report');
    await user.pick('report', 'Weekly claims KPI');
    await parameterForm().getByText('country').first().waitFor();
    await parameterForm().locator('input').first().fill('GB');
    expect(await user.execute()).toContain('succeeded');
    await user.close();
    expect(user.clicks).toBe(12);
  });
}

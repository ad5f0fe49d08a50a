import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { addAction, executeStep, findNode, fitCanvas, openList, pick } from '../canvas.ts';
import { palettePng } from '../palette-png.ts';
import { openBrowser } from '../../support/machine/chromium.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import { openEditor, openWorkflow, type Editor } from '../../support/n8n-server/editor.ts';
import { createWorkflow, manualTrigger, workflowOf, type WorkflowNode } from '../../support/n8n-server/workflows.ts';
import type { N8n } from '../../support/n8n-server/n8n-server.ts';
import type { Flow } from './flow.ts';
import type { N8nPlatform } from './n8n.ts';
import { templates } from './templates.ts';

/** The pictures of the documentation. */
const picturesFolder = join(projectRoot, 'docs', 'pictures');

const themes = ['light', 'dark'] as const;

/** A part of the page in CSS pixels. */
interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Hides what covers the workflow or the form: notifications and the buttons of the canvas. */
const withoutOverlays =
  '.el-notification, .vue-flow__controls, [data-test-id="canvas-controls"], [data-test-id="execute-workflow-button"], [data-test-id="canvas-chat-button"], [data-test-id="node-creator-plus-button"] { visibility: hidden !important; }';

/** Saves one picture per theme, and returns the paths. The editor follows the color scheme of the browser. */
async function keepThemes({ page }: Editor, name: string, clip?: Part): Promise<string[]> {
  const paths: string[] = [];
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    // Colors change in transitions.
    await page.waitForTimeout(800);
    const path = join(picturesFolder, `${name}-${theme}.png`);
    await writeFile(path, palettePng(await page.screenshot({ style: withoutOverlays, ...(clip ? { clip } : {}) })));
    paths.push(path);
  }
  return paths;
}

/** The part of the page that the nodes, their labels and the sticky notes cover. */
async function coveredPart({ page }: Editor): Promise<Part> {
  const boxes = await page
    .locator('.vue-flow__node, [data-test-id="canvas-node-output-handle"]')
    .evaluateAll((elements) =>
      elements.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x, y, width, height };
      }),
    );
  const [margin, label] = [24, 60];
  const x = Math.max(0, Math.min(...boxes.map((box) => box.x)) - margin);
  const y = Math.max(0, Math.min(...boxes.map((box) => box.y)) - margin);
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) + margin - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) + label - y,
  };
}

/** Opens a workflow with a manual trigger only. */
async function openNewWorkflow(n8n: N8n, editor: Editor, name: string): Promise<void> {
  const { id } = await createWorkflow(n8n, workflowOf(name, manualTrigger));
  await openWorkflow(editor, id);
}

/** The node panel with all nodes of this project. */
async function pictureNodePanel(n8n: N8n, editor: Editor): Promise<string[]> {
  await openNewWorkflow(n8n, editor, 'Nodes');
  await findNode(editor, 'Pipewright', 'Pipewright dbt');
  const panel = await editor.page.locator('[data-test-id="node-creator"]').boundingBox();
  return await keepThemes(editor, 'node-panel', panel ?? undefined);
}

/** The form of Run Pipeline with the parameters of the selected pipeline and the result of a run. */
async function pictureForm(n8n: N8n, editor: Editor): Promise<string[]> {
  await openNewWorkflow(n8n, editor, 'Run a pipeline');
  await addAction(editor, 'Pipewright Azure Data Factory', 'Run pipeline');
  await pick(editor, 'factory', 'contoso-factory');
  await pick(editor, 'pipeline', 'Run_KPI_notebook');
  await editor.page.locator('[data-test-id="resource-mapper-container"]').getByText('topN').first().waitFor();
  await executeStep(editor);
  return await keepThemes(editor, 'form');
}

/** The error of a failed run: the failed activity, its cause and what to do. */
async function pictureError(n8n: N8n, editor: Editor): Promise<string[]> {
  await openNewWorkflow(n8n, editor, 'Fail');
  await addAction(editor, 'Pipewright Azure Data Factory', 'Run pipeline');
  await pick(editor, 'factory', 'contoso-factory');
  await pick(editor, 'pipeline', 'Broken_export');
  await executeStep(editor);
  return await keepThemes(editor, 'error');
}

/** The form of Post Run Card, which is filled from the previous node. */
async function pictureRunCard(n8n: N8n, editor: Editor): Promise<string[]> {
  await openNewWorkflow(n8n, editor, 'Describe a run');
  await addAction(editor, 'Pipewright Slack', 'Post run card');
  await openList(editor, 'channel').then((channels) => channels.first().click());
  return await keepThemes(editor, 'run-card');
}

/** A node with the stored credential of a type. */
function nodeOf(
  { credentials }: N8nPlatform,
  name: string,
  type: string,
  credentialType: string | undefined,
  parameters: WorkflowNode['parameters'],
): WorkflowNode {
  const { id = '', name: stored = '' } = (credentialType && credentials[credentialType]) || {};
  return {
    id: name,
    name,
    type: `n8n-nodes-pipewright-${type}`,
    typeVersion: 1,
    position: [0, 0],
    ...(credentialType ? { credentials: { [credentialType]: { id, name: stored } } } : {}),
    parameters,
  };
}

/** Opens a workflow with a node after others, at the form of that node. */
async function openForm(
  { n8n }: N8nPlatform,
  editor: Editor,
  node: WorkflowNode,
  before: readonly WorkflowNode[] = [],
): Promise<void> {
  // Nodes in the same place would cover each other.
  const nodes = [manualTrigger, ...before, node].map(
    (one, index): WorkflowNode => ({ ...one, position: [index * 250, 0] }),
  );
  const { id } = await createWorkflow(n8n, workflowOf(node.name, ...nodes));
  await openWorkflow(editor, id);
  await editor.page.locator('[data-test-id="canvas-node"]').filter({ hasText: node.name }).first().dblclick();
  await editor.page.locator('[data-test-id="node-parameters"]').waitFor();
}

/** Preview Dataset with the rows of a downloaded dataset. */
async function picturePreview(platform: N8nPlatform, editor: Editor): Promise<string[]> {
  const download = nodeOf(platform, 'Updated Claims', 'quantemplate.quantemplate', 'pipewrightQuantemplateApi', {
    resource: 'dataset',
    operation: 'downloadDataset',
    dataset: { __rl: true, mode: 'id', value: 'd-claims' },
  });
  const preview = nodeOf(platform, 'Preview Dataset', 'extras.dataset', undefined, { operation: 'previewDataset' });
  await openForm(platform, editor, preview, [download]);
  await executeStep(editor);
  return await keepThemes(editor, 'preview-dataset');
}

/** The column mapping of Load Dataset: a field for each column of a table, with the columns of a dataset with a URL. */
async function pictureColumns(platform: N8nPlatform, editor: Editor, url: string): Promise<string[]> {
  const source = {
    operation: 'loadDataset',
    source: 'url',
    url,
    table: { __rl: true, mode: 'name', value: 'claims_mapped' },
  };
  const mapping = { claim_id: 'Claim Number', policy_id: 'Policy Number', paid: 'Paid' };
  const rows = Object.entries(mapping).map(([name, value]) => ({ name, value }));
  const nodeWith = (parameters: WorkflowNode['parameters']): WorkflowNode =>
    nodeOf(platform, 'Load Dataset', 'sql.sqlTable', 'pipewrightSqlApi', { ...source, ...parameters });
  await openForm(platform, editor, nodeWith({ mode: 'create', columnMappingMode: 'rows', columnMapping: { rows } }));
  await executeStep(editor);
  const size = editor.page.viewportSize();
  await editor.page.setViewportSize({ width: 1280, height: 1280 });
  await openForm(
    platform,
    editor,
    nodeWith({
      mode: 'append',
      columnMappingMode: 'form',
      columnMappingForm: { mappingMode: 'defineBelow', value: mapping },
    }),
  );
  await editor.page.getByText('policy_id').first().waitFor();
  const paths = await keepThemes(editor, 'column-mapping');
  if (size) await editor.page.setViewportSize(size);
  return paths;
}

async function pictureWorkflow(editor: Editor, id: string, template: string): Promise<string[]> {
  await openWorkflow(editor, id);
  await fitCanvas(editor);
  return await keepThemes(editor, `workflow-${template}`, await coveredPart(editor));
}

async function takeAll(platform: N8nPlatform, browser: Browser, fileUrl: string): Promise<string[]> {
  const { n8n, workflows } = platform;
  const editor = await openEditor(n8n, browser);
  await editor.page.setViewportSize({ width: 1280, height: 800 });
  const paths: string[] = [];
  for (const [key, id] of Object.entries(workflows) as [Flow['key'], string][])
    paths.push(...(await pictureWorkflow(editor, id, templates[key])));
  for (const picture of [pictureNodePanel, pictureForm, pictureError, pictureRunCard])
    paths.push(...(await picture(n8n, editor)));
  paths.push(...(await picturePreview(platform, editor)), ...(await pictureColumns(platform, editor, fileUrl)));
  return paths;
}

/**
 * Writes the pictures of the documentation, in light and dark, from the open workflows and the editor; returns the paths.
 * @param fileUrl URL of a dataset that requires no login
 */
export async function takePictures(
  platform: N8nPlatform,
  fileUrl: string,
  log: (line: string) => void,
): Promise<string[]> {
  const browser = await openBrowser(log);
  try {
    await mkdir(picturesFolder, { recursive: true });
    return await takeAll(platform, browser, fileUrl);
  } finally {
    await browser.close();
  }
}

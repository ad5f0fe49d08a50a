import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../support/machine/chromium.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { packedPackages } from '../adapters/n8n/build-package.ts';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { openEditor, type Editor } from '../support/n8n-server/editor.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { keepPicture } from './canvas.ts';

let sandbox: Sandbox;
let n8n: N8n;
let browser: Browser;
let editor: Editor;
let clicks = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 100 });
  n8n = await startN8n({ packages: await packedPackages(), editor: true });
  for (const [type, data] of Object.entries(sandboxCredentials(sandbox))) await createCredential(n8n, type, type, data);
  browser = await openBrowser();
  editor = await openEditor(n8n, browser);
});

afterAll(async () => {
  await browser?.close();
  await n8n?.stop();
  await sandbox?.stop();
});

const byTestId = (id: string): Locator => editor.page.locator(`[data-test-id="${id}"]`);

/** Clicks as a user does, and counts. */
async function click(target: Locator): Promise<void> {
  clicks += 1;
  await target.first().click();
}

const entry = (name: string): Locator => byTestId('node-creator-item-name').getByText(name, { exact: true });

/** Searches for a node in the panel and adds one of its actions. */
async function add(words: string, node: string, action: string): Promise<void> {
  await byTestId('node-creator-search-bar').fill(words);
  await click(entry(node));
  await click(entry(action));
  await byTestId('node-parameters').waitFor();
}

async function pick(field: string, text: string): Promise<void> {
  await click(byTestId(`resource-locator-${field}`).locator('[data-test-id="rlc-input"]'));
  await click(byTestId('rlc-item').filter({ hasText: text }));
}

/** Executes the open node and waits for its output. */
async function execute(): Promise<string> {
  await click(byTestId('node-execute-button'));
  await byTestId('output-panel').locator('table td, [data-test-id="node-error-message"]').first().waitFor();
  return byTestId('output-panel').innerText();
}

const close = (): Promise<void> => click(byTestId('ndv-close-button'));

/** Opens the panel for the node after a node. */
const addAfter = (node: string): Promise<void> =>
  click(byTestId('canvas-node').filter({ hasText: node }).locator('[data-test-id="canvas-handle-plus"]'));

it('a new user builds guide 002 in 12 clicks and tries both steps on the way, with stored credentials', async () => {
  await editor.page.goto('/workflow/new');
  await click(byTestId('canvas-add-button'));
  await add('dbt', 'Pipewright dbt', 'On job run completed');
  await keepPicture(editor, 'guide-002-trigger');
  const sample = await execute();
  expect(sample).toContain('succeeded');
  await keepPicture(editor, 'guide-002-sample');
  await close();
  await addAfter('dbt Trigger');
  await add('Mode', 'Pipewright Mode', 'Run report');
  await keepPicture(editor, 'guide-002-mode-empty');
  await pick('report', 'Weekly claims KPI');
  const form = byTestId('resource-mapper-container');
  await form.getByText('country').first().waitFor();
  await keepPicture(editor, 'guide-002-mode');
  await form.locator('input').first().fill('GB');
  expect(await execute()).toContain('succeeded');
  await keepPicture(editor, 'guide-002-run');
  await close();
  expect(clicks).toBe(12);
});

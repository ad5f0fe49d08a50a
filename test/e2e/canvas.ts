import type { Locator } from 'playwright-core';
import type { Editor } from '../support/n8n-server/editor.ts';

const byTestId = (id: string): string => `[data-test-id="${id}"]`;

/** Searches for a node as a user does, and returns the entry with its name. */
export async function findNode({ page }: Editor, words: string, name = words): Promise<Locator> {
  const search = page.locator(byTestId('node-creator-search-bar'));
  if (!(await search.isVisible())) await page.locator(byTestId('node-creator-plus-button')).first().click();
  await search.fill(words);
  const found = page.locator(byTestId('node-creator-item-name')).getByText(name, { exact: true }).first();
  await found.waitFor();
  return found;
}

/** Adds a node to the canvas through one of its actions, which opens its form. */
export async function addAction(editor: Editor, node: string, action: string): Promise<void> {
  await (await findNode(editor, node)).click();
  await editor.page.locator(byTestId('node-creator-item-name')).getByText(action, { exact: true }).first().click();
  await editor.page.locator(byTestId('node-parameters')).waitFor();
}

/** Opens the list of a field and returns its entries. */
export async function openList({ page }: Editor, field: string): Promise<Locator> {
  await page
    .locator(byTestId(`resource-locator-${field}`))
    .locator(byTestId('rlc-input'))
    .click();
  const entries = page.locator(byTestId('rlc-item'));
  await entries.first().waitFor();
  return entries;
}

/** Selects the entry with a text from the list of a field. */
export async function pick(editor: Editor, field: string, text: string): Promise<void> {
  await (await openList(editor, field)).filter({ hasText: text }).first().click();
}

/** Runs the open node, waits until its output or its error is shown, and returns the text of the output panel. */
export async function executeStep({ page }: Editor): Promise<string> {
  await page.locator(byTestId('node-execute-button')).click();
  const output = page.locator(byTestId('output-panel'));
  const outcome = output.locator(`table td, ${byTestId('node-error-message')}`).first();
  await outcome.waitFor();
  return output.innerText();
}

/** Opens the form of the first node on the canvas. */
export async function openForm({ page }: Editor): Promise<void> {
  await page.locator(byTestId('canvas-node')).first().dblclick();
  await page.locator(byTestId('node-parameters')).waitFor();
}

/** Returns from the form of a node to the canvas. */
export async function closeForm({ page }: Editor): Promise<void> {
  await page.locator(byTestId('ndv-close-button')).click();
}

/** Fits the whole workflow on the canvas. */
export async function fitCanvas({ page }: Editor): Promise<void> {
  await page.locator(byTestId('zoom-to-fit')).click();
  await page.locator(byTestId('canvas-node')).last().waitFor();
  // The canvas is animated.
  await page.waitForTimeout(800);
}

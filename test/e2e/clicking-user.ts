import type { Locator } from 'playwright-core';
import type { Editor } from '../support/n8n-server/editor.ts';

/**
 * A person who builds a workflow in n8n's editor with the mouse. Typing a search word or a value is not a click; dragging a value
 * into a field is one.
 */
export class ClickingUser {
  /** Clicks so far. */
  clicks = 0;
  readonly #editor: Editor;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** The elements with one of n8n's test IDs. */
  find(testId: string): Locator {
    return this.#editor.page.locator(`[data-test-id="${testId}"]`);
  }

  async click(target: Locator): Promise<void> {
    this.clicks += 1;
    await target.first().click();
  }

  /** Opens an empty workflow. */
  async openWorkflow(): Promise<void> {
    await this.#editor.page.goto('/workflow/new');
    await this.find('canvas-add-button').waitFor();
  }

  /** Opens the node panel of an empty workflow, searches for a node and adds one of its triggers or actions. */
  async addFirst(words: string, node: string, action: string): Promise<void> {
    await this.click(this.find('canvas-add-button'));
    await this.#select(words, node, action);
  }

  /** Adds an action after a node. */
  async addAfter(previous: string, words: string, node: string, action: string): Promise<void> {
    const added = this.find('canvas-node').filter({ hasText: previous });
    await this.click(added.locator('[data-test-id="canvas-handle-plus"]'));
    await this.#select(words, node, action);
  }

  async #select(words: string, node: string, action: string): Promise<void> {
    await this.find('node-creator-search-bar').fill(words);
    await this.click(this.find('node-creator-item-name').getByText(node, { exact: true }));
    await this.click(this.find('node-creator-item-name').getByText(action, { exact: true }));
    await this.find('node-parameters').waitFor();
    // n8n offers to create a credential until it has loaded and selected the stored one.
    await this.find('node-parameters')
      .getByText(/^Connect to /)
      .waitFor({ state: 'hidden' });
  }

  /** Selects an entry from the list of a field of the open node. */
  async pick(field: string, text: string): Promise<void> {
    await this.click(this.find(`resource-locator-${field}`).locator('[data-test-id="rlc-input"]'));
    await this.click(this.find('rlc-item').filter({ hasText: text }));
  }

  /** Drags a value of the previous node, by its name, into an input of the open node. */
  async drag(value: string, input: Locator): Promise<void> {
    this.clicks += 1;
    const from = await this.find('run-data-schema-item').getByText(value, { exact: true }).first().boundingBox();
    const to = await input.first().boundingBox();
    if (!from || !to) throw new Error(`${value} or its input is not visible.`);
    const { mouse } = this.#editor.page;
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    await mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 10 });
    await mouse.up();
  }

  /** Executes the open node and returns the text of its output. */
  async execute(): Promise<string> {
    await this.click(this.find('node-execute-button'));
    const output = this.find('output-panel');
    await output.locator('table td, [data-test-id="node-error-message"]').first().waitFor();
    return output.innerText();
  }

  /** Copies the Production URL of the open trigger, as its setup steps say, and returns it. */
  async copyProductionUrl(): Promise<string> {
    await this.click(this.#editor.page.getByText('Webhook URLs', { exact: true }));
    await this.click(this.find('radio-button-production'));
    const url = this.#editor.page.locator('.webhook-url').filter({ hasText: '/webhook/' });
    await this.click(url);
    return (await url.innerText()).trim();
  }

  /** Returns from the open node to the canvas. */
  async close(): Promise<void> {
    await this.click(this.find('ndv-close-button'));
  }

  /** Publishes the workflow, and waits until n8n has activated its trigger. */
  async publish(): Promise<void> {
    await this.click(this.find('workflow-open-publish-modal-button'));
    await this.click(this.find('workflow-publish-button'));
    await this.find('workflowPublish-modal').waitFor({ state: 'hidden' });
    await this.#editor.page
      .getByText('Publishing…')
      .or(this.#editor.page.getByText('Publishing...'))
      .waitFor({ state: 'hidden' });
  }
}

import { createWorkflow, manualTrigger, workflowOf } from '../support/n8n-server/workflows.ts';
import { openWorkflow } from '../support/n8n-server/editor.ts';
import { editorScenarios } from './editor-scenarios.ts';
import { startEditorWorld, type EditorWorld } from './editor-world.ts';
import { guideClicks } from './guide-clicks.ts';

/** n8n 2.41 throws this now and then when a user leaves a workflow. */
const knownError = 'injectNDVStore() was accessed without an active workflow document store';

let world: EditorWorld;
beforeAll(async () => {
  world = await startEditorWorld();
});
afterAll(() => world?.stop());

it('the editor signs the owner in and shows a workflow, without requests to other machines', async () => {
  const { n8n, editor } = world;
  const { id } = await createWorkflow(n8n, workflowOf('Is looked at', manualTrigger));
  await openWorkflow(editor, id);
  expect(await editor.page.locator('[data-test-id="canvas-node"]').count()).toBe(1);
  expect(editor.outsideRequests).toEqual([]);
});

// Before the other scenarios, because the editor remembers what a user did.
describe('a new user', () => guideClicks(() => world));

describe('the editor of n8n', () => editorScenarios(() => world));

it('the editor throws no errors in its own scripts, except a known one of n8n', () => {
  expect(world.editor.pageErrors.filter((message) => !message.startsWith(knownError))).toEqual([]);
});

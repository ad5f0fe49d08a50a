import { errors } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { owner } from './n8n-api.ts';
import type { N8n } from './n8n-server.ts';

/** n8n's editor in a browser, with the owner signed in. */
export interface Editor {
  page: Page;
  /** External URLs that the editor requested; they were blocked. */
  outsideRequests: readonly string[];
  /** Errors thrown by scripts of the page. */
  pageErrors: readonly string[];
}

/** Signs in through n8n's own form and shows the list of workflows. */
export async function openEditor(n8n: N8n, browser: Browser): Promise<Editor> {
  const page = await browser.newPage({
    baseURL: n8n.baseUrl,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  // Playwright's 30 seconds are too short for a machine that is busy.
  page.setDefaultTimeout(600_000);
  const outsideRequests: string[] = [];
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  // page.route would disable the browser's cache, and every workflow would load the whole editor again.
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') outsideRequests.push(request.url());
  });
  await page.goto('/signin');
  await page.fill('[name="emailOrLdapLoginId"]', owner.email);
  await page.fill('[name="password"]', owner.password);
  await page.click('[data-test-id="form-submit-button"]');
  await page.waitForURL('**/home/**');
  await page.locator('[data-test-id="tab-WorkflowsView"]').first().waitFor();
  return { page, outsideRequests, pageErrors };
}

/** Milliseconds after which a page that is not shown is opened again; longer than a busy machine needs. */
const timeToShow = 60_000;

/**
 * Opens a page of the editor like one of its links. Loading the whole editor again would cost three times the CPU time. The page is
 * opened again if it is not shown, because a redirect of the editor itself, such as the one after signing in, cancels a navigation.
 * @param shown what the page shows
 */
export async function goTo({ page }: Editor, path: string, shown: Locator): Promise<void> {
  const router = "document.querySelector('#app').__vue_app__.config.globalProperties.$router";
  for (let tries = 0; tries < 10; tries += 1) {
    // Not awaited, because the editor may ask the user first.
    await page.evaluate(`void ${router}.push(${JSON.stringify(path)})`);
    try {
      return await shown.first().waitFor({ timeout: timeToShow });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
  }
  throw new Error(`The editor did not show ${path}; it shows ${page.url()}.`);
}

/** Opens a workflow and waits until its nodes are on the canvas. Changes of the workflow that was open before may be lost. */
export async function openWorkflow(editor: Editor, id: string): Promise<void> {
  await leaveWorkflow(editor);
  await goTo(editor, `/workflow/${id}`, editor.page.locator('[data-test-id="canvas-node"]'));
}

/** Opens the list of workflows, so that no node of the workflow that was open before is on the page. */
export async function leaveWorkflow(editor: Editor): Promise<void> {
  const { page } = editor;
  const leave = page.getByRole('button', { name: 'Leave without saving' });
  await goTo(editor, '/home/workflows', leave.or(page.locator('[data-test-id="tab-WorkflowsView"]')));
  if (await leave.isVisible()) await leave.click();
  await page.locator('[data-test-id="canvas-node"]').first().waitFor({ state: 'hidden' });
}

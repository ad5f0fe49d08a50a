import type { Browser, Page } from 'playwright-core';
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
  return { page, outsideRequests, pageErrors };
}

/** Opens a workflow and waits until its nodes are on the canvas. */
export async function openWorkflow({ page }: Editor, id: string): Promise<void> {
  await page.goto(`/workflow/${id}`);
  await page.locator('[data-test-id="canvas-node"]').first().waitFor();
}

import { openBrowser } from '../support/machine/chromium.ts';
import { packedPackages } from '../adapters/n8n/build-package.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { createCredential, type Credential } from '../support/n8n-server/credentials.ts';
import { openEditor, type Editor } from '../support/n8n-server/editor.ts';
import { lazyExpressions } from '../support/n8n-server/n8n-environment.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';

/**
 * What the scenarios in n8n's editor share, because starting it costs more than most of them: the vendors' doubles, one n8n with
 * all packages, and one browser with the owner signed in.
 */
export interface EditorWorld {
  sandbox: Sandbox;
  n8n: N8n;
  editor: Editor;
  /** A stored credential of every type. */
  credentials: Readonly<Record<string, Credential>>;
  stop(): Promise<void>;
}

/** Starts the shared servers and opens the editor. */
export async function startEditorWorld(): Promise<EditorWorld> {
  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const sandbox = await startSandbox();
    started.push(() => sandbox.stop());
    sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 100 });
    const n8n = await startN8n({ packages: await packedPackages(), env: lazyExpressions, editor: true });
    started.push(() => n8n.stop());
    const credentials: Record<string, Credential> = {};
    for (const [type, data] of Object.entries(sandboxCredentials(sandbox)))
      credentials[type] = await createCredential(n8n, type, type, data);
    const browser = await openBrowser();
    started.push(() => browser.close());
    return { sandbox, n8n, editor: await openEditor(n8n, browser), credentials, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

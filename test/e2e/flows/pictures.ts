import { join } from 'node:path';
import { fitCanvas, keepPicture } from '../canvas.ts';
import { openBrowser } from '../../support/machine/chromium.ts';
import { outputFolder } from '../../support/machine/paths.ts';
import { openEditor, openWorkflow } from '../../support/n8n-server/editor.ts';
import type { Flow } from './flow.ts';
import type { N8nPlatform } from './n8n.ts';
import { templates } from './templates.ts';

/** Saves a screenshot of each open workflow in n8n's editor and returns the paths. */
export async function takePictures({ n8n, workflows }: N8nPlatform, log: (line: string) => void): Promise<string[]> {
  const browser = await openBrowser(log);
  try {
    const editor = await openEditor(n8n, browser);
    const paths: string[] = [];
    for (const [key, id] of Object.entries(workflows) as [Flow['key'], string][]) {
      await openWorkflow(editor, id);
      await fitCanvas(editor);
      const name = `workflow-${templates[key]}`;
      await keepPicture(editor, name);
      paths.push(join(outputFolder, `${name}.png`));
    }
    return paths;
  } finally {
    await browser.close();
  }
}

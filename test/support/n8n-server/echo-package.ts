import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../machine/command.ts';

const manifest = {
  name: 'n8n-nodes-echo',
  version: '1.0.0',
  keywords: ['n8n-community-node-package'],
  n8n: { n8nNodesApiVersion: 1, nodes: ['EchoTrigger.node.js'] },
};

/** A trigger that emits what it receives; it registers itself, like a trigger that subscribes a vendor's webhook. */
const node = `
class EchoTrigger {
  constructor() {
    this.description = {
      displayName: 'Echo Trigger',
      name: 'echoTrigger',
      group: ['trigger'],
      version: [1, 2],
      description: 'Starts when something is sent',
      defaults: { name: 'Echo Trigger' },
      inputs: [],
      outputs: ['main'],
      webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: '', path: 'echo' }],
      properties: [{ displayName: 'Refuse', name: 'refuse', type: 'boolean', default: false }],
    };
    this.webhookMethods = {
      default: {
        async checkExists() { return false; },
        async create() {
          if (this.getNodeParameter('refuse')) throw new Error('The echo is not to be disturbed');
          return true;
        },
        async delete() { return true; },
      },
    };
  }
  async webhook() {
    return { workflowData: [[{ json: this.getBodyData() }]], webhookResponse: { heard: true } };
  }
}
module.exports = { EchoTrigger };
`;

/** Packs a small community package as `npm publish` would; returns the path of the .tgz in `folder`. */
export async function packEcho(folder: string): Promise<string> {
  const source = join(folder, 'echo');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(source, 'EchoTrigger.node.js'), node);
  const file = await runCommand('npm', ['pack', '--loglevel=error', '--pack-destination', folder], { cwd: source });
  return join(folder, file.trim());
}

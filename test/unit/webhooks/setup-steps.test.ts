import { services } from '../../../shared/src/catalog.ts';
import { wordingFor } from '../../../shared/src/host/wording.ts';

const directed = services.flatMap(({ name, triggers }) =>
  triggers.flatMap((trigger) =>
    trigger.how === 'webhook' && trigger.directions
      ? [{ where: `${name}: ${trigger.name}`, directions: trigger.directions }]
      : [],
  ),
);

describe.each(directed)('the setup steps of $where', ({ directions }) => {
  it('are numbered from 1', () => {
    for (const platform of ['n8n', 'zapier'] as const) {
      const [, ...steps] = wordingFor(directions, platform).split('\n');
      expect(steps.length).toBeGreaterThan(2);
      expect(steps.map((step) => parseInt(step, 10))).toEqual(steps.map((_step, index) => index + 1));
    }
  });

  it('name the controls of each platform', () => {
    const n8n = wordingFor(directions, 'n8n');
    expect(n8n).toMatch(/Expand Webhook URLs above, select Production URL/);
    expect(n8n).toMatch(/Publish the workflow/);
    expect(n8n).not.toMatch(/\bZap\b|connection/);
    const zapier = wordingFor(directions, 'zapier');
    expect(zapier).toMatch(/Copy the Custom webhook URL/);
    expect(zapier).toMatch(/Publish the Zap\b/);
    expect(zapier).not.toMatch(/Production URL|credential|workflow/);
  });
});

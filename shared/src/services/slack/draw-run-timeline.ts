import { file } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import type { SlackConnection } from './connection-fields.ts';
import { readRunInput, runField } from './run-input.ts';

/** Draws the steps of a run over time. */
export const drawRunTimeline = defineAction<SlackConnection>()({
  key: 'drawRunTimeline',
  name: 'Draw Run Timeline',
  resource: 'Run Card',
  description: "Creates a timeline of a run's steps as a PNG image.",
  effect: 'idempotent',
  worksOffline: true,
  input: { run: runField },
  output: { file: file({ label: 'File' }) },
  sample: { file: 'https://files.example/timeline.png' },
  async run(input, { host }) {
    const { drawTimeline } = await import('./pictures/timeline.ts');
    const png = await drawTimeline(readRunInput(input), host.now());
    const bytes = async function* () {
      yield png;
    };
    return {
      file: await host.files.save({ name: 'timeline.png', mediaType: 'image/png', bytes: bytes(), size: png.length }),
    };
  },
});

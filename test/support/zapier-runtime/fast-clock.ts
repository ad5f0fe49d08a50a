import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../machine/paths.ts';

/** The environment of a container whose clock and timers run `factor` times as fast. */
export function fastClock(factor: number): Record<string, string> {
  const preload = pathToFileURL(join(projectRoot, 'test', 'support', 'zapier-runtime', 'fast-clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_FACTOR: String(factor) };
}

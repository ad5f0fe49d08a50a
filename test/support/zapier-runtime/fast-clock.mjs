// Preloaded in a container: its clock and timers run CLOCK_FACTOR times as fast, so that minutes pass in seconds.
import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';
import { promisify } from 'node:util';

const factor = Number(process.env.CLOCK_FACTOR ?? 1);
const now = Date.now;
const start = now();
Date.now = () => Math.round(start + (now() - start) * factor);

const pause = promises.setTimeout;
promises.setTimeout = (milliseconds = 0, ...more) => pause(milliseconds / factor, ...more);

const { setTimeout } = globalThis;
globalThis.setTimeout = Object.assign(
  (callback, milliseconds = 0, ...values) => setTimeout(callback, milliseconds / factor, ...values),
  { [promisify.custom]: promises.setTimeout },
);
syncBuiltinESMExports();

import { readFileSync, writeSync } from 'node:fs';

/** File descriptor on which the parent process reads the figure. */
const descriptor = 3;

// Preloaded with --import: writes the peak memory of the program in MB when it exits.
process.on('exit', () => writeSync(descriptor, String(peakKilobytes() / 1024)));

/** Peak since this program began; on Linux resourceUsage() would include the memory of the parent before the fork. */
function peakKilobytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

import { readFileSync, writeSync } from 'node:fs';

/** Where a parent process listens for the figure. */
const descriptor = 3;

// Imported before a program, this writes the peak of its memory in MB once it ends.
process.on('exit', () => writeSync(descriptor, String(peakKilobytes() / 1024)));

/** The peak since this program began; resourceUsage() of Linux counts what its parent had before, too. */
function peakKilobytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

import { createReadStream, readFileSync } from 'node:fs';
import { loadDataset } from '../../shared/src/datasets/load/load-dataset.ts';
import { openTarget } from '../../shared/src/datasets/node/open-target.ts';

// Loads the file at the first argument into the database at the second, and prints the peak of its memory in MB.
const [file, address] = process.argv.slice(2);
if (file && address) {
  const target = await openTarget(address);
  await loadDataset(createReadStream(file), target, { table: 'claims', mode: 'replace' });
  await target.close();
}
console.log(Math.round(peakKilobytes() / 1024));

/** The peak since this program began; resourceUsage() of Linux counts what its parent had before, too. */
function peakKilobytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

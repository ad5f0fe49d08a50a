import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, 'claims-rows': { type: 'string' } } });

/** Reads a whole number from the command line. */
function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) {
    console.error(`--${name} must be a whole number.`);
    process.exit(2);
  }
  return Number(value);
}

const port = wholeNumber('port', values.port);
const claimsRows = wholeNumber('claims-rows', values['claims-rows']);
const sandbox = await startSandbox({
  ...(port === undefined ? {} : { port }),
  ...(claimsRows === undefined ? {} : { claimsRows }),
});

console.log(`The sandbox simulates every vendor at ${sandbox.baseUrl}\n`);
console.log('Addresses');
for (const [name, address] of Object.entries(sandbox.addresses)) console.log(`  ${name.padEnd(20)}${address}`);
for (const [vendor, account] of Object.entries(sandbox.accounts)) {
  console.log(`\n${vendor}`);
  for (const [name, value] of Object.entries(account)) console.log(`  ${name.padEnd(20)}${value}`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/machine/command.ts';
import { node24, projectRoot } from '../support/machine/paths.ts';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'notices-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(name: string, manifest: object, files: Record<string, string> = {}): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.2.3', license: 'MIT', ...manifest }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
}

/** The notices of a bundle of these packages, written by the build script. */
function notices(...paths: string[]): Promise<string> {
  const inputs = Object.fromEntries(paths.map((path) => [path, { bytesInOutput: path.includes('unused') ? 0 : 10 }]));
  const script = `import { bundledPackages, thirdPartyNotices } from ${JSON.stringify(join(projectRoot, 'scripts', 'third-party-notices.mjs'))};
    process.stdout.write(thirdPartyNotices(bundledPackages(${JSON.stringify({ inputs: {}, outputs: { 'out.js': { inputs } } })}, ${JSON.stringify(folder)})));`;
  return runCommand(node24(), ['--input-type=module', '--eval', script]);
}

it('THIRD-PARTY-NOTICES lists each bundled package once, with its license and notice', async () => {
  install('one', {}, { LICENSE: 'Licence of one', 'NOTICE.txt': 'Notice of one', 'index.js': '' });
  install('@scope/two', { license: 'ISC' }, { 'LICENCE.md': 'Licence of two' });
  install('unused', {});
  const text = await notices(
    'node_modules/one/index.js',
    'node_modules/one/other.js',
    'node_modules/@scope/two/index.js',
    'node_modules/unused/index.js',
    'src/own.ts',
  );
  expect(text).toMatch(
    /@scope\/two 1\.2\.3 \(ISC\)\n\nLicence of two[\s\S]*one 1\.2\.3 \(MIT\)\n\nLicence of one\n\nNotice of one/,
  );
  expect(text.match(/Licence of one/g)).toHaveLength(1);
  expect(text).not.toContain('unused');
});

it('THIRD-PARTY-NOTICES takes the license text from a README if it is complete', async () => {
  install(
    'three',
    {},
    { 'README.md': '# three\n\n## License\n\nPermission is hereby granted to all.\n\n## More\n\nOther text\n' },
  );
  const text = await notices('node_modules/three/index.js');
  expect(text).toContain('Permission is hereby granted to all.');
  expect(text).not.toContain('Other text');
});

it('The build fails when a bundled package has no license text', async () => {
  install('four', {}, { 'README.md': '## License\n\nMIT\n' });
  await expect(notices('node_modules/four/index.js')).rejects.toThrow(/The bundled package four ships no license text/);
});

it('THIRD-PARTY-NOTICES writes a text once that packages share, under the names and owners of all of them', async () => {
  const terms = 'Permission is hereby granted.\n\nThe above\ncopyright notice shall be included.';
  install('one', {}, { LICENSE: `MIT License\n\nCopyright (c) 2020 Ada\n\n${terms}` });
  install(
    'two',
    {},
    {
      LICENSE: `The MIT License (MIT)\r\n\r\nCopyright (c) 2021 Bob\r\nCopyright (c) 2022 Cy\r\n\r\n${terms.replaceAll('\n', '\r\n')}`,
    },
  );
  install('other', {}, { LICENSE: `MIT License\n\nCopyright (c) 2020 Ada\n\n${terms} Other words.` });
  const text = await notices('node_modules/one/index.js', 'node_modules/two/index.js', 'node_modules/other/index.js');
  expect(text).toContain(
    `one 1.2.3 (MIT)\nCopyright (c) 2020 Ada\n\ntwo 1.2.3 (MIT)\nCopyright (c) 2021 Bob\nCopyright (c) 2022 Cy\n\n${terms}\n`,
  );
  expect(text).toContain(`other 1.2.3 (MIT)\n\nMIT License\n\nCopyright (c) 2020 Ada\n\n${terms} Other words.`);
});

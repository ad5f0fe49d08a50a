// The bundled packages and their licenses, from esbuild's metafile.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The license section of a README; undefined if it only names the license. */
function licenseInReadme(folder) {
  const readme = readdirSync(folder).find((file) => /^readme/i.test(file));
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8');
  const section = /^#+ *licen[cs]e *\n([\s\S]*?)(?=^#|(?![\s\S]))/im.exec(text)?.[1]?.trim();
  return section && /permission is hereby granted|redistribution and use/i.test(section) ? section : undefined;
}

/** The package folder of a file; undefined for a file of this project. */
function packageFolder(path) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(path)?.[0];
}

/** Reads the manifest of a package. */
function describe(folder) {
  const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return {
    name,
    version,
    license: typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? ''),
    folder,
  };
}

/**
 * The packages that files belong to, without duplicates, sorted by name and version.
 *
 * @param {Iterable<string>} paths absolute paths of files
 * @returns {{ name: string, version: string, license: string, folder: string }[]}
 */
export function packagesOf(paths) {
  const folders = new Set([...paths].flatMap((path) => packageFolder(path) ?? []));
  const byName = new Map([...folders].map(describe).map((one) => [`${one.name}@${one.version}`, one]));
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/**
 * The packages in the outputs of a build.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} workingDirectory esbuild's `absWorkingDir`
 */
export function bundledPackages(metafile, workingDirectory) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return packagesOf(
    inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [resolve(workingDirectory, path)] : [])),
  );
}

/**
 * Texts for packages that ship no license text, with their source. Any other package without a text fails the build; check
 * first whether a newer version ships one.
 */
const withoutText = {
  // "license": "ISC" and the author, from its package.json; the text is from SPDX.
  '@zapier/secret-scrubber': `ISC License

Copyright (c) David Brownman, Zapier

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
  // "license": "Public Domain", from its package.json: there is no text.
  'json-metaschema': 'Public domain, by Austin Wright.',
  // "license": "MIT" and the author, from its package.json; the text is from SPDX.
  tr46: `MIT License

Copyright (c) Sebastian Mayr

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
};

/** The license and notice texts of a package. */
function textsOf({ name, folder }) {
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file) && !/\.(js|ts|json|mjs|cjs)$/i.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (files.some((file) => !/^notice/i.test(file))) return texts;
  const other = licenseInReadme(folder) ?? withoutText[name];
  if (other !== undefined) return [...texts, other];
  throw new Error(
    `The bundled package ${name} ships no license text. Add its text with the source to withoutText in scripts/third-party-notices.mjs, or do not bundle it.`,
  );
}

/** The title of a license, and the line of an owner; not a line in the text that happens to start with “copyright notice”. */
const title = /^\s*\(?(?:the )?(?:mit|isc)(?: licen[cs]e)?\)?(?: \(mit\))?:?\s*$/i;
const owner = /^\s*Copyright\b(?! (?:notice|holder|owner)).*$|^\s*All rights reserved\.?\s*$/;

/** Divides license texts into the lines that are the package's own, and the text that other packages can share. */
function divide(texts) {
  const lines = texts.join('\n\n').split(/\r?\n/);
  const own = lines.filter((line) => owner.test(line)).map((line) => line.trim());
  const shared = lines
    .filter((line) => !owner.test(line) && !title.test(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { own, shared };
}

/**
 * The text of THIRD-PARTY-NOTICES: every bundled package with its license. Packages whose licenses differ only in their owners
 * are listed with these above one text.
 *
 * @param {ReturnType<typeof packagesOf>} packages
 * @throws Error if a package has no license text
 */
export function thirdPartyNotices(packages) {
  const head = 'This product contains the following packages. Each is used under its own license.';
  /** @type {Map<string, { packages: { name: string, own: string[], texts: string[] }[], shared: string }>} */
  const groups = new Map();
  for (const one of packages) {
    const texts = textsOf(one);
    const { own, shared } = divide(texts);
    const key = shared.replace(/\s+/g, ' ').toLowerCase();
    const group = groups.get(key) ?? { packages: [], shared };
    group.packages.push({ name: `${one.name} ${one.version} (${one.license})`, own, texts });
    groups.set(key, group);
  }
  const parts = [...groups.values()].map(({ packages: [first, ...others], shared }) =>
    others.length === 0
      ? `${first.name}\n\n${first.texts.join('\n\n')}`
      : `${[first, ...others].map(({ name, own }) => [name, ...own].join('\n')).join('\n\n')}\n\n${shared}`,
  );
  return `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetModules, mainRealm, nodeRequire } from './main-realm.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-modules-'));
const outside = join(folder, 'outside.js');
const inside = join(folder, 'package', 'counter.js');
const neighbour = join(folder, 'package-2.js');

beforeAll(() => {
  mkdirSync(join(folder, 'package'));
  writeFileSync(inside, 'exports.Date = Date; exports.count = 0;');
  writeFileSync(neighbour, 'exports.count = 0;');
  writeFileSync(outside, `exports.load = () => require(${JSON.stringify(inside)});`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A module that counts. */
const counter = (file: string): { count: number; Date: unknown } => nodeRequire(outside)(file);

it("modules that Node loads use the main realm's globals, not those of jest's sandbox", () => {
  expect(counter(inside).Date).toBe(mainRealm.Date);
  expect(counter(inside).Date).not.toBe(Date);
});

it('forgotten modules are loaded again, and others are kept', () => {
  counter(inside).count = 1;
  counter(neighbour).count = 1;
  forgetModules(nodeRequire(outside), join(folder, 'package'));
  expect(counter(inside).count).toBe(0);
  expect(counter(neighbour).count).toBe(1);
});

it('no module that stays holds a forgotten one', () => {
  const require = nodeRequire(outside);
  const children = (): string[] => require.cache[outside]?.children.map(({ filename }) => filename) ?? [];
  require(outside).load();
  expect(children()).toEqual([inside]);
  forgetModules(require, join(folder, 'package'));
  expect(children()).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { pipelinesFolder } from './templates.ts';

interface Job {
  max_concurrent_runs: number;
  queue: { enabled: boolean };
  parameters: { name: string; default: string }[];
  tasks: { task_key: string; notebook_task: { notebook_path: string } }[];
}

const job = JSON.parse(readFileSync(join(pipelinesFolder, 'databricks', 'copy-into-job.json'), 'utf8')) as Job;
const notebook = readFileSync(join(pipelinesFolder, 'databricks', 'copy_into.py'), 'utf8');
const schema = JSON.parse(readFileSync(join(__dirname, 'databricks-job.schema.json'), 'utf8')) as object;

describe('The Databricks job', () => {
  const validate = new Ajv().compile(schema);

  it('has the fields of the Jobs API', () => {
    expect([validate(job), validate.errors]).toEqual([true, null]);
    expect(validate({ ...job, max_concurent_runs: 1 })).toBe(false);
    expect(validate({ ...job, queue: true })).toBe(false);
    expect(validate({ ...job, parameters: [{ name: 'source' }] })).toBe(false);
  });

  it('runs one at a time, and queues the others', () => {
    expect(job.max_concurrent_runs).toBe(1);
    expect(job.queue.enabled).toBe(true);
  });

  it('runs the notebook with the parameters that it reads', () => {
    expect(job.tasks).toHaveLength(1);
    expect(job.tasks[0]?.notebook_task.notebook_path).toMatch(/\/copy_into$/);
    const widgets = [...notebook.matchAll(/widgets\.text\("(\w+)", "([^"]*)"/g)].map(([, name, value]) => ({
      name,
      default: value,
    }));
    expect(widgets).toEqual(job.parameters);
    for (const { name } of job.parameters) expect(notebook).toContain(`widgets.get("${name}")`);
  });
});

describe('The notebook with COPY INTO', () => {
  it('is a notebook source that Databricks imports', () => {
    expect(notebook.startsWith('# Databricks notebook source\n')).toBe(true);
  });

  it('never loads a file again and never changes the schema of the table', () => {
    expect(notebook).toContain("COPY_OPTIONS ('force' = 'false', 'mergeSchema' = 'false')");
  });

  it('reads CSV with doubled quotation marks, fails on rows that do not fit, and guesses no types', () => {
    for (const option of [
      '"escape": \'"\'',
      '"mode": "FAILFAST"',
      '"inferSchema": "false"',
      '"enforceSchema": "false"',
    ])
      expect(notebook).toContain(option);
  });

  it('checks what it puts into the statement', () => {
    expect(notebook).toContain('re.fullmatch(r"[\\w-]+(\\.[\\w-]+){1,2}", table)');
    expect(notebook).toMatch(
      /fullmatch\(r"\(\/Volumes\/\|abfss:\/\/\|s3:\/\/\|gs:\/\/\)\[\^'\\"\\\\`\\n\]\+", source\)/,
    );
  });

  describe('accepts only texts that the type stores unchanged', () => {
    const constant = (name: string) => new RegExp(`^${name} = "([^"]+)"$`, 'm').exec(notebook)?.[1] ?? '';
    const [decimal = '', day = '', timestamp = ''] = [...notebook.matchAll(/return f"(\^[^"]+)"/g)].map(
      ([, form = '']) =>
        form.replace('{DAY}', constant('DAY')).replace('{TIME}', constant('TIME')).replace('{{0,{scale}}}', '{0,2}'),
    );

    it.each([
      [
        'a decimal',
        decimal,
        ['12', '-12.50', '+.5', '7.', '1.2500000000000000000000'],
        ['1.255', '1e-5', '1.25000000000000000001', 'x'],
      ],
      [
        'a date or a timestamp without time zone',
        day,
        ['2026-11-20', '2026-11-20 08:00', '2026-11-20T08:00:00.123456', '2026-11-20T08:00:00.1234560'],
        ['2026', '2026-11', '2026-11-20T08:00:00Z', '2026-11-20 08:00:00+02:00', '2026-11-20T08:00:00.1234567'],
      ],
      [
        'a timestamp',
        timestamp,
        ['2026-11-20', '2026-11-20T08:00:00Z', '2026-11-20 08:00:00.5+02:00', '2026-11-20 08:00:00 Europe/Berlin'],
        ['2026', 'T08:00', '2026-11-20T08:00:00.1234567Z'],
      ],
    ])('%s', (_type, form, accepted, refused) => {
      expect(form).toMatch(/^\^.*\$$/);
      expect(accepted.filter((value) => !new RegExp(form).test(value))).toEqual([]);
      expect(refused.filter((value) => new RegExp(form).test(value))).toEqual([]);
    });
  });
});

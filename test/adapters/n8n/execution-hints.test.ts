import { executionHints } from '../../../n8n-nodes/adapter/execution-hints.ts';

const messages = (...result: Parameters<typeof executionHints>) =>
  executionHints(...result).map(({ message }) => message);

describe('The hints of an execution', () => {
  it('say that a run existed, so that nobody waits for a second one', () => {
    expect(messages({ id: '1', reused: true }, false)).toEqual([
      'This run was started earlier for the same event or Start Key, so no second run was started.',
    ]);
  });

  it('say how a file was read if the items are its rows', () => {
    const format = 'The file is CSV in UTF-8, delimited by semicolon.';
    expect(messages({ rows: [], format }, true)).toEqual([format]);
    expect(messages({ rows: [], format }, false)).toEqual([]);
  });

  it('say what the answers of a tool were read as', () => {
    const readAs = 'The value “done” of “status” was read as Succeeded.';
    expect(messages({ id: '1', readAs }, false)).toEqual([readAs]);
  });

  it('are absent if there is nothing to say', () => {
    expect(messages({ id: '1' }, false)).toEqual([]);
    expect(messages({ rows: [] }, true)).toEqual([]);
  });
});

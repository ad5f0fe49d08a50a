import { batchSize } from '../../../shared/src/databases/read-query.ts';
import { RowQueue } from '../../../shared/src/databases/row-queue.ts';

/** A queue, and what it asked of its driver. */
function queueOf(onResume: (queue: RowQueue) => void = () => undefined) {
  const asked: string[] = [];
  const queue: RowQueue = new RowQueue({
    pause: () => asked.push('pause'),
    resume: () => {
      asked.push('resume');
      onResume(queue);
    },
  });
  return { queue, asked };
}

describe('RowQueue', () => {
  it('returns the rows in order, then undefined after the last one', async () => {
    const { queue } = queueOf();
    queue.add(['a']);
    queue.add(['b']);
    queue.end();
    expect(await queue.next()).toEqual([['a'], ['b']]);
    expect(await queue.next()).toBeUndefined();
  });

  it('pauses the driver at a full batch of rows or characters, and resumes it when the rows are taken', async () => {
    const { queue, asked } = queueOf();
    queue.add(['x'.repeat(batchSize.characters)]);
    expect(asked).toEqual(['pause']);
    await queue.next();
    expect(asked).toEqual(['pause', 'resume']);
    for (let row = 1; row < batchSize.rows; row += 1) queue.add([row]);
    expect(asked).toEqual(['pause', 'resume']);
    queue.add([0]);
    expect(asked).toEqual(['pause', 'resume', 'pause']);
  });

  it('waits for rows that come later', async () => {
    let rows = 2;
    const { queue } = queueOf((waiting) => setImmediate(() => (rows > 0 ? waiting.add([(rows -= 1)]) : waiting.end())));
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([[[1]], [[0]], undefined]);
  });

  it('throws the first reported error, also to whoever waits already, and drops the rows before it', async () => {
    const { queue } = queueOf();
    const waiting = queue.next();
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    await expect(waiting).rejects.toThrow('first');
    queue.add(['a']);
    await expect(queue.next()).rejects.toThrow('first');
    await expect(queue.until(() => false)).rejects.toThrow('first');
  });

  it('returns nothing after it was closed, and ends every wait', async () => {
    const { queue } = queueOf();
    const waiting = queue.until(() => false);
    queue.add(['a']);
    queue.close();
    queue.add(['b']);
    await waiting;
    expect(await queue.next()).toBeUndefined();
  });

  it('waits until something else is reached', async () => {
    const { queue } = queueOf();
    let reached = false;
    const waiting = queue.until(() => reached);
    reached = true;
    queue.notify();
    await expect(waiting).resolves.toBeUndefined();
  });
});

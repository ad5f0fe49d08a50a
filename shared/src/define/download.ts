import type { OpenedFile } from '../host/host.ts';
import type { Context } from './context.ts';
import { file, type Fields } from './fields.ts';
import type { Action, Values } from './operation.ts';

/** Bytes that a vendor is sending, with what the operation tells about them. */
export interface Opened<O extends Fields> extends OpenedFile {
  details: Values<O>;
}

/** An action that fetches a file. Its bytes can also be taken straight, without storing them on the platform. */
export interface Download<F extends Fields = Fields, O extends Fields = Fields, C = never> extends Action<F, O, C> {
  open(input: Values<F>, context: Context<C>): Promise<Opened<Fields>>;
}

/** Describes a download: `output` are the fields beside the file itself, which is added as `file`. */
export function defineDownload<C>() {
  return <const F extends Fields, const O extends Fields>(
    download: Omit<Action<F, O, C>, 'kind' | 'effect' | 'run'> & {
      open(input: Values<F>, context: Context<C>): Promise<Opened<O>>;
    },
  ): Download => {
    const { open } = download;
    const whole = {
      ...download,
      kind: 'action',
      effect: 'safe',
      output: { ...download.output, file: file({ label: 'File', help: 'The downloaded file.' }) },
      async run(input: Values<F>, context: Context<C>) {
        const { details, ...opened } = await open(input, context);
        return { ...details, file: await context.host.files.save(opened) };
      },
    };
    return whole as unknown as Download;
  };
}

/** Whether an operation is a download, whose bytes can be taken straight. */
export function isDownload(operation: { kind: string }): operation is Download {
  return 'open' in operation;
}

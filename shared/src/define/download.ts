import type { OpenedFile } from '../host/host.ts';
import { checkInput, type Values } from './check-input.ts';
import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';
import { file, type Fields } from './fields.ts';
import { defineAction, type Action, type ActionDefinition } from './operation.ts';

/** A file that a vendor is sending, with the other outputs of the operation. */
export interface Opened<O extends Fields> extends OpenedFile {
  details: Values<O>;
}

/** A download as its service defines it: `output` lists the fields other than the file itself, which is added as `file`. */
export interface DownloadDefinition<F extends Fields, O extends Fields, C>
  extends Omit<ActionDefinition<F, O, C>, 'effect' | 'run'> {
  open(input: Values<F>, context: Context<C>): Promise<Opened<O>>;
}

/** An action that fetches a file. Its bytes can also be read directly, without storing them on the platform. */
export interface Download extends Action {
  open(raw: RawInput, context: Context): Promise<OpenedFile & { details: Record<string, unknown> }>;
}

/** Defines a download; see `DownloadDefinition`. */
export function defineDownload<C>() {
  return <const F extends Fields, const O extends Fields>(download: DownloadDefinition<F, O, C>): Download => {
    const { open, ...described } = download;
    const action = defineAction<C>()<F, Fields>({
      ...described,
      effect: 'safe',
      output: { ...download.output, file: file({ label: 'File', help: 'The downloaded file.' }) },
      async run(input, context) {
        const { details, ...opened } = await open(input, context);
        return { ...details, file: await context.host.files.save(opened) };
      },
    });
    return {
      ...action,
      open: async (raw, context) => open(checkInput(download.input, raw), context as Context<C>),
    };
  };
}

/** Whether an operation is a download, which allows reading its bytes directly. */
export function isDownload(operation: { kind: string }): operation is Download {
  return 'open' in operation;
}

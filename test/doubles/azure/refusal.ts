import { json, Refusal } from '../server/reply.ts';

/** An Azure error response. @see https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
export function azureRefusal(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Refusal {
  return new Refusal(json(status, { error: { code, message } }, headers));
}

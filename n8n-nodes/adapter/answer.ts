import type { IWebhookFunctions } from 'n8n-workflow';

/** Answers the request, with an empty body by default, so that the sender of a forged event learns nothing. */
export function answer(context: IWebhookFunctions, status: number, body?: unknown): void {
  const response = context.getResponseObject().status(status);
  if (body === undefined) response.end();
  else response.set('content-type', 'application/json').end(JSON.stringify(body));
}

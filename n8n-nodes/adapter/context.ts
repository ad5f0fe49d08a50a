import type {
  IExecuteFunctions,
  IHookFunctions,
  ILoadOptionsFunctions,
  IPollFunctions,
  ITriggerFunctions,
  IWebhookFunctions,
} from 'n8n-workflow';

/** Any of the objects by which n8n lends a node its functions, as far as they are alike. */
export type NodeContext =
  | IExecuteFunctions
  | IHookFunctions
  | ILoadOptionsFunctions
  | IPollFunctions
  | ITriggerFunctions
  | IWebhookFunctions;

import type { HmacPreset, SchemeName } from '../define/verification.ts';
import { hmacPresets } from './hmac-presets.ts';

/** The options of Verification Method. */
export const schemeOptions: { value: SchemeName; label: string; description: string }[] = [
  {
    value: 'standard-webhooks',
    label: 'Standard Webhooks or Svix',
    description: 'webhook-signature or svix-signature header',
  },
  { value: 'github', label: 'GitHub', description: 'X-Hub-Signature-256 header' },
  { value: 'slack', label: 'Slack', description: 'X-Slack-Signature header' },
  ...Object.entries(hmacPresets).map(([value, { label, description }]) => ({
    value: value as HmacPreset,
    label,
    description,
  })),
  {
    value: 'custom-hmac',
    label: 'Custom HMAC',
    description: 'Any other HMAC signature in a header, with SHA-256, SHA-512 or SHA-1',
  },
  { value: 'dbt', label: 'HMAC-SHA256 in Authorization Header', description: 'Hex-encoded, as sent by dbt' },
  {
    value: 'shared-secret-header',
    label: 'Shared Secret in Header',
    description: 'Sent in a header; less secure than a signature',
  },
  {
    value: 'shared-secret-basic',
    label: 'Shared Secret in Basic Auth',
    description: 'Sent as the password, with any user name',
  },
  {
    value: 'shared-secret-query',
    label: 'Shared Secret in URL',
    description: 'Sent in a query parameter of the webhook URL',
  },
  { value: 'entra', label: 'Microsoft Entra Token', description: 'Bearer token in the Authorization header' },
];

/** The account for a website in the sandbox. The website accepts the token, the user with password, or the header. */
export const webAddressAccount = {
  token: 'sandbox-web-token',
  user: 'ada',
  password: 'sandbox-web-password',
  headerName: 'X-API-Key',
  headerSecret: 'sandbox-web-key',
} as const;

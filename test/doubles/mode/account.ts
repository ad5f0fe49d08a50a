/** The account for Mode in the sandbox. */
export const modeAccount = {
  workspace: 'contoso',
  token: 'sandboxmode01',
  secret: 'sandbox-mode-secret',
  spaceToken: '5ba2f1aa0001',
  /** Report `Weekly claims KPI`. */
  reportToken: '4e0af8c10001',
} as const;

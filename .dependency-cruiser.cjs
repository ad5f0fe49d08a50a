// The house of docs/architecture.md as rules: an arrow only ever points down.
const only = (name, comment, from, allowed) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: '^(shared|n8n-nodes|zapier-app|test)/', pathNot: allowed } });
const ground = ['^shared/src/host/[^/]+$'];
const talk = [...ground, '^shared/src/http/', '^shared/src/auth/', '^shared/src/operations/', '^shared/src/pictures/'];
const mechanisms = [...talk, '^shared/src/webhooks/', '^shared/src/runs/', '^shared/src/datasets/(?!node/)'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', comment: 'A cycle has no top and no bottom.', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    only('host-is-the-ground', 'The host knows nothing above it.', '^shared/src/host/[^/]+$', ground),
    only('http-auth-operations', 'How to talk, log in and describe stand on the host alone.', '^shared/src/(http|auth|operations|pictures)/', [...talk, '^shared/src/webhooks/scheme\\.ts$']),
    only('mechanisms-know-no-vendor', 'Webhooks, runs and datasets know no service and no face.', '^shared/src/(webhooks|runs|datasets)/', [...mechanisms, '^shared/src/datasets/node/']),
    only('services-know-no-face', 'A service stands on the mechanisms.', '^shared/src/services/', [...mechanisms, '^shared/src/datasets/node/', '^shared/src/services/']),
    { name: 'services-are-strangers', comment: 'A service imports nothing of another one.', severity: 'error', from: { path: '^shared/src/services/([^/]+)/' }, to: { path: '^shared/src/services/', pathNot: '^shared/src/services/$1/' } },
    { name: 'node-stays-apart', comment: 'What needs Node itself stands in folders named node; only SQL tables and the command line reach it.', severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/(cli|services/sql)/' }, to: { path: '^shared/src/.*/node/' } },
    { name: 'no-node-modules-in-core', comment: "n8n's strict package bundles this code and may import nothing of Node but crypto.", severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/cli/' }, to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' } },
    { name: 'strict-package-stays-strict', comment: "Nothing that n8n's strict package reaches may need Node.", severity: 'error', from: { path: '^n8n-nodes/(pipewright|face)/', pathNot: '\\.mjs$' }, to: { path: '/node/|^shared/src/(cli|services/sql)/|^pg', reachable: true } },
    { name: 'n8n-workflow-only-in-n8n', severity: 'error', comment: 'Only the n8n face knows n8n.', from: { path: '^(shared|zapier-app)/' }, to: { path: 'n8n-(workflow|core)' } },
    { name: 'zapier-only-in-zapier', severity: 'error', comment: 'Only the Zapier face knows Zapier.', from: { path: '^(shared|n8n-nodes)/' }, to: { path: 'zapier-platform' } },
    { name: 'faces-are-strangers', severity: 'error', comment: 'A face imports nothing of the other.', from: { path: '^n8n-nodes/' }, to: { path: '^zapier-app/' } },
    { name: 'faces-are-strangers-too', severity: 'error', comment: 'A face imports nothing of the other.', from: { path: '^zapier-app/' }, to: { path: '^n8n-nodes/' } },
    { name: 'product-needs-no-test', severity: 'error', comment: 'What ships imports no test code.', from: { path: '^(shared|n8n-nodes|zapier-app)/' }, to: { path: '^test/' } },
    { name: 'resolvable', severity: 'error', comment: 'Every import leads somewhere.', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/|test/output' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};

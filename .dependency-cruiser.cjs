// The floors of docs/architecture.md as rules: an import only points down.
const only = (name, comment, from, allowed) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: '^(shared|n8n-nodes|zapier-app|scripts|test)/', pathNot: allowed } });
const host = ['^shared/src/host/[^/]+$'];
const http = [...host, '^shared/src/http/'];
const auth = [...http, '^shared/src/auth/'];
const define = [...auth, '^shared/src/define/'];
const mechanism = (name) => only(`${name}-on-define`, 'A mechanism knows no vendor, no platform and no other mechanism.', `^shared/src/${name}/`, [...define, `^shared/src/${name}/`]);
const services = [...define, '^shared/src/(webhooks|runs|datasets)/', '^shared/src/services/'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', comment: 'A cycle has no top and no bottom; type-only imports count.', severity: 'error', from: {}, to: { circular: true } },
    only('host-is-the-ground', 'The ports know nothing above them.', '^shared/src/host/[^/]+$', host),
    only('http-on-host', 'HTTP stands on the ports alone.', '^shared/src/http/', http),
    only('auth-on-http', 'A login is a call.', '^shared/src/auth/', auth),
    only('define-on-auth', 'Definitions know no mechanism.', '^shared/src/define/', define),
    mechanism('webhooks'),
    mechanism('runs'),
    mechanism('datasets'),
    only('databases-on-datasets', 'An engine implements the ports of datasets and knows no operation.', '^shared/src/databases/', [...host, '^shared/src/(http|datasets|databases)/']),
    only('tables-on-databases', 'SQL Table and Dataset know no vendor.', '^shared/src/tables/', [...define, '^shared/src/(datasets|databases|tables)/']),
    only('services-know-no-adapter', 'A service stands on the mechanisms; what loads datasets is no business of a vendor.', '^shared/src/services/', services),
    { name: 'services-are-strangers', comment: 'A service imports nothing of another one.', severity: 'error', from: { path: '^shared/src/services/([^/]+)/' }, to: { path: '^shared/src/services/', pathNot: '^shared/src/services/$1/' } },
    { name: 'node-stays-apart', comment: 'What needs Node itself is in databases and in folders named node; only SQL Table and the command line reach it.', severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/(cli|databases|tables/sql-table)/' }, to: { path: '^shared/src/(databases/|.*/node/)' } },
    { name: 'no-node-modules-in-core', comment: "n8n's strict package bundles this code and may import nothing of Node but crypto.", severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/(cli|databases)/' }, to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' } },
    { name: 'strict-package-stays-strict', comment: "Nothing that a strict package for n8n reaches may need Node.", severity: 'error', from: { path: '^n8n-nodes/', pathNot: '^n8n-nodes/pipewright-sql/|\\.mjs$' }, to: { path: '/node/|^shared/src/(cli|databases|tables/sql-table)/|^pg', reachable: true } },
    { name: 'n8n-workflow-only-in-n8n', severity: 'error', comment: 'Only the n8n adapter knows n8n.', from: { path: '^(shared|zapier-app)/' }, to: { path: 'n8n-(workflow|core)' } },
    { name: 'zapier-only-in-zapier', severity: 'error', comment: 'Only the Zapier adapter knows Zapier.', from: { path: '^(shared|n8n-nodes)/' }, to: { path: 'zapier-platform' } },
    only('zapier-adapter-knows-no-vendor', 'The Zapier adapter translates definitions of any service.', '^zapier-app/adapter/', [...define, '^shared/src/webhooks/', '^zapier-app/adapter/']),
    only('zapier-apps-only-choose-services', 'An app is the adapter with some services.', '^zapier-app/apps/', ['^shared/src/(services|catalog|tables)', '^zapier-app/(adapter|apps)/']),
    { name: 'adapters-are-strangers', severity: 'error', comment: 'An adapter imports nothing of the other.', from: { path: '^n8n-nodes/' }, to: { path: '^zapier-app/' } },
    { name: 'adapters-are-strangers-too', severity: 'error', comment: 'An adapter imports nothing of the other.', from: { path: '^zapier-app/' }, to: { path: '^n8n-nodes/' } },
    { name: 'product-needs-no-test', severity: 'error', comment: 'What ships imports no test code and no build tool.', from: { path: '^(shared|n8n-nodes|zapier-app)/', pathNot: '[.]mjs$' }, to: { path: '^(scripts|test)/' } },
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

// The layers of docs/architecture.md as rules: an import only points to a lower layer.
const only = (name, comment, from, allowed) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: '^(shared|n8n-nodes|zapier-app|scripts|test)/', pathNot: allowed } });
const host = ['^shared/src/host/[^/]+$'];
const http = [...host, '^shared/src/http/'];
const auth = [...http, '^shared/src/auth/'];
const define = [...auth, '^shared/src/define/'];
const mechanism = (name) => only(`${name}-on-define`, 'A mechanism imports no service, no platform and no other mechanism.', `^shared/src/${name}/`, [...define, `^shared/src/${name}/`]);
const services = [...define, '^shared/src/(webhooks|runs|datasets)/', '^shared/src/services/'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', comment: 'No import leads back to its file; type-only imports count.', severity: 'error', from: {}, to: { circular: true } },
    only('host-imports-only-host', 'The ports import nothing else.', '^shared/src/host/[^/]+$', host),
    only('http-on-host', 'HTTP imports only the ports.', '^shared/src/http/', http),
    only('auth-on-http', 'A login imports HTTP and the ports.', '^shared/src/auth/', auth),
    only('define-on-auth', 'Definitions import no mechanism.', '^shared/src/define/', define),
    mechanism('webhooks'),
    mechanism('runs'),
    mechanism('datasets'),
    only('databases-on-datasets', 'An engine implements the interfaces of datasets and imports no operation.', '^shared/src/databases/', [...host, '^shared/src/(http|datasets|databases)/']),
    only('tables-on-databases', 'SQL Table and Dataset import no service of a vendor.', '^shared/src/tables/', [...define, '^shared/src/(datasets|databases|tables)/']),
    only('services-on-mechanisms', 'A service imports the mechanisms, but no database and no adapter.', '^shared/src/services/', services),
    { name: 'services-apart', comment: 'A service imports nothing of another one.', severity: 'error', from: { path: '^shared/src/services/([^/]+)/' }, to: { path: '^shared/src/services/', pathNot: '^shared/src/services/$1/' } },
    { name: 'node-apart', comment: 'What needs Node itself is in databases and in folders named node; only SQL Table and the command line reach it.', severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/(cli|databases|tables/sql-table)/' }, to: { path: '^shared/src/(databases/|.*/node/)' } },
    { name: 'no-node-modules-in-core', comment: "n8n's strict package bundles this code and may import nothing of Node but crypto.", severity: 'error', from: { path: '^shared/src/', pathNot: '/node/|^shared/src/(cli|databases)/' }, to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' } },
    { name: 'strict-package-stays-strict', comment: "Nothing that a strict package for n8n reaches may need Node.", severity: 'error', from: { path: '^n8n-nodes/', pathNot: '^n8n-nodes/pipewright-sql/|\\.mjs$' }, to: { path: '/node/|^shared/src/(cli|databases|tables/sql-table)/|^pg', reachable: true } },
    { name: 'n8n-workflow-only-in-n8n', severity: 'error', comment: 'Only the n8n adapter imports n8n.', from: { path: '^(shared|zapier-app)/' }, to: { path: 'n8n-(workflow|core)' } },
    { name: 'zapier-only-in-zapier', severity: 'error', comment: 'Only the Zapier adapter imports Zapier.', from: { path: '^(shared|n8n-nodes)/' }, to: { path: 'zapier-platform' } },
    only('n8n-adapter-on-mechanisms', 'The n8n adapter translates definitions of any service, so it imports none.', '^n8n-nodes/adapter/', [...define, '^shared/src/(webhooks|runs)/', '^n8n-nodes/adapter/']),
    only('zapier-adapter-on-webhooks', 'The Zapier adapter translates definitions of any service, so it imports none.', '^zapier-app/adapter/', [...define, '^shared/src/webhooks/', '^zapier-app/adapter/']),
    { name: 'cli-on-catalog', severity: 'error', comment: 'The command line reads services from the catalog.', from: { path: '^shared/src/cli/' }, to: { path: '^shared/src/services/' } },
    only('zapier-apps-only-choose-services', 'An app is the adapter with some services.', '^zapier-app/apps/', ['^shared/src/(services|catalog|tables)', '^zapier-app/(adapter|apps)/']),
    { name: 'n8n-apart-from-zapier', severity: 'error', comment: 'An adapter imports nothing of the other.', from: { path: '^n8n-nodes/' }, to: { path: '^zapier-app/' } },
    { name: 'zapier-apart-from-n8n', severity: 'error', comment: 'An adapter imports nothing of the other.', from: { path: '^zapier-app/' }, to: { path: '^n8n-nodes/' } },
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

// The software bill of materials (SBOM) of each published package, in CycloneDX 1.6.
// https://cyclonedx.org/docs/1.6/json/
import { createHash } from 'node:crypto';

/** The package URL of an npm package: https://github.com/package-url/purl-spec */
const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version.replace(/^v/, '')}`;

/** A license for CycloneDX: an SPDX identifier, an expression or a name. */
function licenseOf(license) {
  if (/ (AND|OR|WITH) /.test(license)) return { expression: license };
  return { license: /^[\w.+-]+$/.test(license) ? { id: license } : { name: license || 'unknown' } };
}

/**
 * The bill of materials of one product.
 *
 * @param {{ name: string, version: string, license: string }} product
 * @param {{ name: string, version: string, license: string }[]} packages bundled packages
 * @param {Date} at
 * @returns {object} CycloneDX 1.6
 */
export function softwareList(product, packages, at) {
  const components = packages.map((one) => ({
    type: 'library',
    'bom-ref': purlOf(one),
    name: one.name,
    version: one.version,
    licenses: [licenseOf(one.license)],
    purl: purlOf(one),
  }));
  const own = {
    type: 'application',
    'bom-ref': purlOf(product),
    name: product.name,
    version: product.version,
    licenses: [licenseOf(product.license)],
    purl: purlOf(product),
  };
  // The serial number depends only on the content: UUID version 8 (RFC 9562).
  const hash = createHash('sha256')
    .update(JSON.stringify([own, components]))
    .digest('hex');
  const serial = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-9${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: { timestamp: at.toISOString(), component: own },
    components,
    dependencies: [
      { ref: own['bom-ref'], dependsOn: components.map((one) => one['bom-ref']) },
      ...components.map((one) => ({ ref: one['bom-ref'], dependsOn: [] })),
    ],
  };
}

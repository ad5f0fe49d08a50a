import type { ZipDirectory } from '../bytes/zip-directory.ts';
import { readXml } from './xml-reader.ts';

/** A relationship from a part of a workbook to another. */
export interface Relation {
  id: string;
  /** The last segment of its type, which is the same in transitional and strict Office Open XML: `worksheet`. */
  type: string;
  /** Name of the file in the ZIP. */
  target: string;
}

/**
 * Reads the relationships of a part (Open Packaging Conventions, ECMA-376 part 2, section 9.3).
 * @param part name of the file; empty for the package
 */
export async function readRelations(zip: ZipDirectory, part: string): Promise<Relation[]> {
  const slash = part.lastIndexOf('/');
  const folder = part.slice(0, slash + 1);
  const path = `${folder}_rels/${part.slice(slash + 1)}.rels`;
  const found: Relation[] = [];
  if (!zip.has(path)) return found;
  await readXml(zip.read(path), {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes.get('TargetMode')?.toLowerCase() === 'external') return;
      found.push({
        id: attributes.get('Id') ?? '',
        type: (attributes.get('Type') ?? '').replace(/^.*\//, ''),
        target: resolve(folder, attributes.get('Target') ?? ''),
      });
    },
  });
  return found;
}

/** The first relationship of a type. */
export function relationTo(relations: readonly Relation[], type: string): Relation | undefined {
  return relations.find((relation) => relation.type === type);
}

/** The name of a file from a target that is relative to a folder, or absolute. */
function resolve(folder: string, target: string): string {
  const path = target.replaceAll('\\', '/');
  const segments: string[] = [];
  for (const segment of (path.startsWith('/') ? path : folder + path).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

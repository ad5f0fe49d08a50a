import type { Reply } from './reply.ts';
import type { SandboxRequest } from './request.ts';

/** Answers one route. */
export type Answer = (request: SandboxRequest) => Reply | Promise<Reply>;

/** A vendor, or a part of one that logs in differently. */
export interface Vendor {
  /** What its requests are counted under. */
  name: string;
  /** Start of its paths: `/slack`. The longest prefix that fits takes a request. */
  prefix: string;
  /** Method and path after the prefix, as the vendor documents it: `GET /users/{id}`; `{path*}` takes slashes too. */
  routes: Record<string, Answer>;
  /** Upper and lower case are the same in paths. Default: false. */
  ignoreCase?: boolean;
  /** Checks each request before its route; throws a `Refusal`. */
  admit?(request: SandboxRequest): void;
  /** Headers of every answer. */
  headers?(request: SandboxRequest): Record<string, string>;
  /** The answer where there is no such route. */
  unknown(request: SandboxRequest): Reply;
}

interface CompiledRoute {
  vendor: Vendor;
  route: string;
  method: string;
  pattern: RegExp;
  names: string[];
  answer: Answer;
}

/** Where a request leads. */
export interface Destination {
  vendor: Vendor;
  /** The route as the vendor wrote it, or undefined where it has none. */
  route?: string;
  answer: Answer;
  parameters: Record<string, string>;
}

function compile(vendor: Vendor, route: string, answer: Answer): CompiledRoute {
  const [method = '', path = ''] = route.split(' ');
  const names: string[] = [];
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const name = /^\{([^}]+)\}$/.exec(part)?.[1];
      if (!name) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(name.replace(/\*$/, ''));
      return name.endsWith('*') ? '(.+)' : '([^/]+)';
    })
    .join('');
  return { vendor, route, method, pattern: new RegExp(`^${source}$`, vendor.ignoreCase ? 'i' : ''), names, answer };
}

/** Finds the vendor and route for a request. */
export class Router {
  #vendors: Vendor[];
  #routes: CompiledRoute[];

  constructor(vendors: Vendor[]) {
    this.#vendors = [...vendors].sort((a, b) => b.prefix.length - a.prefix.length);
    this.#routes = vendors.flatMap((vendor) =>
      Object.entries(vendor.routes).map(([route, answer]) => compile(vendor, route, answer)),
    );
  }

  /** Where the request leads; undefined when the path belongs to no vendor. */
  find(method: string, path: string): Destination | undefined {
    const vendor = this.#vendors.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (!vendor) return undefined;
    const rest = path.slice(vendor.prefix.length);
    for (const candidate of this.#routes) {
      if (candidate.vendor !== vendor || candidate.method !== method) continue;
      const found = candidate.pattern.exec(rest);
      if (!found) continue;
      const parameters = Object.fromEntries(
        candidate.names.map((name, index) => [name, decode(found[index + 1] ?? '')]),
      );
      return { vendor, route: candidate.route, answer: candidate.answer, parameters };
    }
    return { vendor, answer: (request) => vendor.unknown(request), parameters: {} };
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

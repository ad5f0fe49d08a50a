import type { Reply } from './reply.ts';
import type { SandboxRequest } from './request.ts';

/** Handles requests to a route. */
export type Answer = (request: SandboxRequest) => Reply | Promise<Reply>;

/** An API of a vendor with its own login. */
export interface Vendor {
  /** Name in the request log. */
  name: string;
  /** Start of its paths: `/slack`. The longest matching prefix wins. */
  prefix: string;
  /** Method and path after the prefix, as the vendor documents it: `GET /users/{id}`; `{path*}` takes slashes too. */
  routes: Record<string, Answer>;
  /** Whether paths are case-insensitive. Default: false. */
  ignoreCase?: boolean;
  /** Checks each request before its route; throws a `Refusal`. */
  admit?(request: SandboxRequest): void;
  /** Headers of every response. */
  headers?(request: SandboxRequest): Record<string, string>;
  /** The response for an unknown route. */
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

/** The route of a request. */
export interface Destination {
  vendor: Vendor;
  /** The route as declared; undefined without a match. */
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

  /** Finds the route of a request; undefined when no vendor has the path. */
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

/** An HTTP request as received at a URL of Zapier. */
export interface Delivery {
  method: string;
  /** Names in any case. */
  headers: Record<string, string>;
  /** Without the question mark. */
  querystring: string;
  body: Buffer;
}

/** The two views of a request that Zapier puts into a bundle. */
export interface RequestBundle {
  rawRequest: { method: string; querystring: string; headers: Record<string, string>; content: string };
  cleanedRequest: Record<string, unknown>;
}

/**
 * Converts a request to the app's view of it. All headers but two are renamed: `X-Time-GMT` becomes
 * `Http-X-Time-Gmt`. The body is transferred as JSON text, so bytes that are not UTF-8 are lost, and
 * `cleanedRequest` is the parsed body itself, not `{ headers, content }` as in Zapier's documentation:
 * https://github.com/zapier/zapier-platform/issues/290
 */
export function toRequestBundle(delivery: Delivery): RequestBundle {
  const headers = Object.fromEntries(
    Object.entries(delivery.headers).map(([name, value]) => [renameHeader(name), value]),
  );
  const content = delivery.body.toString('utf8');
  return {
    rawRequest: { method: delivery.method, querystring: delivery.querystring, headers, content },
    cleanedRequest: {
      ...parseBody(content, headers['Content-Type'] ?? ''),
      querystring: Object.fromEntries(new URLSearchParams(delivery.querystring)),
    },
  };
}

function renameHeader(name: string): string {
  const camelCase = name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('-');
  return camelCase === 'Content-Type' || camelCase === 'Content-Length' ? camelCase : `Http-${camelCase}`;
}

function parseBody(content: string, mediaType: string): Record<string, unknown> {
  if (mediaType.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(content));
  }
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

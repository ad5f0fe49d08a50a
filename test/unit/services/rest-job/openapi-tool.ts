import Ajv from 'ajv';
import type { Answer, SentRequest } from '../../fake-host.ts';

/** A JSON schema, as far as it is read here. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface Content {
  $ref?: string;
  content?: Record<string, { schema: Schema }>;
}

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

interface Operation {
  parameters: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content>;
}

/** The parts of an OpenAPI description that a tool needs. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

/** What a tool answers: a status of the description, and values that replace the generated ones. */
export type Reply = (request: SentRequest) => { status: string; values?: object } | { refusal: Answer };

/**
 * A tool that is made from its vendor's OpenAPI description. A request that the description does not allow is an error of the
 * test: an unknown path, query parameter or body field, or a value of another type. Answers are generated from the description,
 * and checked against it after the test has replaced values.
 */
export class OpenApiTool {
  readonly #description: OpenApi;
  readonly #base: string;
  readonly #ajv: Ajv.Ajv;
  readonly #replies = new Map<string, Reply>();

  /** @param base the base URL of the connection, without the path of the description's server */
  constructor(description: OpenApi, base: string) {
    this.#description = description;
    this.#base = base;
    this.#ajv = new Ajv({
      nullable: true,
      unknownFormats: 'ignore',
      logger: false,
      validateSchema: false,
      schemaId: '$id',
    });
    this.#ajv.addSchema(description, 'description');
  }

  /** Scripts the answers of an operation: `GET /jobs/{jobId}`. */
  on(operation: string, reply: Reply): this {
    const [method = '', path = ''] = operation.split(' ');
    if (!this.#description.paths[path]?.[method.toLowerCase()])
      throw new Error(`The description has no operation ${operation}.`);
    this.#replies.set(operation, reply);
    return this;
  }

  /** The values of an enumeration in the description. */
  enumOf(schema: Schema): string[] {
    const found = this.#resolve(schema).enum;
    if (!found) throw new Error('The schema is no enumeration.');
    return found.map(String);
  }

  /** The schema of a component. */
  component(name: string): Schema {
    return this.#resolve({ $ref: `#/components/schemas/${name}` });
  }

  /** Answers a request as the vendor does. */
  answer(sent: SentRequest): Answer {
    const { path, operation, parameters } = this.#find(sent);
    this.#checkParameters(sent, operation, parameters);
    const { requestBody } = operation;
    const bodySchema = requestBody && this.#schemaOf(requestBody);
    if (sent.body !== '' || requestBody?.required) {
      if (!bodySchema) throw new Error(`${sent.method} ${path} takes no body.`);
      this.#check(bodySchema, sent.json, `The body of ${sent.method} ${path}`);
    }
    const reply = this.#replies.get(`${sent.method} ${path}`)?.(sent);
    if (!reply) throw new Error(`No answer is scripted for ${sent.method} ${path}.`);
    if ('refusal' in reply) return reply.refusal;
    const response = operation.responses[reply.status];
    if (!response) throw new Error(`${sent.method} ${path} does not answer ${reply.status}.`);
    const schema = this.#schemaOf(response);
    if (!schema) return { status: Number(reply.status) };
    const generated = this.instanceOf(schema);
    const isList = Array.isArray(generated);
    const json = isList ? (reply.values ?? generated) : { ...(generated as object), ...reply.values };
    this.#check(schema, json, `The answer to ${sent.method} ${path}`);
    return { status: Number(reply.status), json };
  }

  /** The smallest value of a schema. */
  instanceOf(given: Schema): unknown {
    const schema = this.#resolve(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.nullable) return null;
    const variants = schema.anyOf ?? schema.oneOf;
    if (variants) return variants.some(({ type }) => type === 'null') ? null : this.instanceOf(variants[0] ?? {});
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => this.instanceOf(part)));
    if (schema.enum) return schema.enum[0];
    const types = [schema.type ?? (schema.properties ? 'object' : 'null')].flat();
    if (types.includes('null')) return null;
    const [type = 'string'] = types;
    switch (type) {
      case 'object':
        return Object.fromEntries(
          (schema.required ?? []).map((name) => [name, this.instanceOf(schema.properties?.[name] ?? {})]),
        );
      case 'array':
        return [];
      case 'integer':
      case 'number':
        return schema.minimum ?? 1;
      case 'boolean':
        return false;
      default:
        if (schema.format === 'date-time') return '2026-11-20T08:00:00Z';
        return schema.format === 'uuid' ? '00000000-0000-4000-a000-000000000000' : 'text';
    }
  }

  #find(sent: SentRequest) {
    const rest = sent.address.startsWith(this.#base) ? sent.address.slice(this.#base.length) : '';
    for (const [path, methods] of Object.entries(this.#description.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const found = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(rest);
      const operation = methods[sent.method.toLowerCase()];
      if (!found || !operation) continue;
      const values = found.slice(1).map(decodeURIComponent);
      return { path, operation, parameters: Object.fromEntries(names.map((name, index) => [name, values[index]])) };
    }
    throw new Error(`The description has no operation ${sent.method} ${rest || sent.address}.`);
  }

  #checkParameters({ query }: SentRequest, { parameters }: Operation, path: Record<string, unknown>): void {
    const known = parameters.map((one) => this.#resolve(one));
    const sent = { path, query: query as Record<string, unknown> };
    for (const place of ['path', 'query'] as const) {
      for (const [name, value] of Object.entries(sent[place])) {
        const parameter = known.find((one) => one.name === name && one.in === place);
        if (!parameter) throw new Error(`The description has no parameter ${name} in the ${place}.`);
        const { type } = this.#resolve(parameter.schema);
        const json = type === 'integer' || type === 'boolean';
        const read = json ? (JSON.parse(String(value)) as unknown) : type === 'array' ? [value] : value;
        this.#check(parameter.schema, read, `The parameter ${name}`);
      }
    }
  }

  #resolve<T extends { $ref?: string }>(part: T): T {
    if (part.$ref === undefined) return part;
    const found = part.$ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], this.#description);
    return this.#resolve(found as T);
  }

  #schemaOf(body: Content): Schema | undefined {
    return this.#resolve(body).content?.['application/json']?.schema;
  }

  #check(schema: Schema, value: unknown, what: string): void {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"description#/')) as object;
    if (!this.#ajv.validate(local, value))
      throw new Error(`${what} does not match the description: ${this.#ajv.errorsText()}`);
  }
}

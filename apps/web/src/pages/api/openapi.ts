import { ApiError } from '@stroma/sdk';
import { queryOptions } from '@tanstack/react-query';
import { queryKeys } from '../../lib/query-keys.ts';

export interface Schema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  format?: string;
  $ref?: string;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  /** The JSON body's schema; null when there is none or it is not JSON. */
  body: Schema | null;
  takesFile: boolean;
  answers: { status: string; description: string }[];
}

interface OpenApiOperation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string }>;
}

interface OpenApiDocument {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** Every operation of the server's own OpenAPI document, flat. */
export const operationsQuery = queryOptions({
  queryKey: queryKeys.openapi,
  queryFn: async ({ signal }): Promise<Operation[]> => {
    const response = await fetch('/api/v1/openapi.json', { signal });
    if (!response.ok) {
      throw new ApiError({
        code: 'UNEXPECTED_ANSWER',
        status: response.status,
        message: `Expected the OpenAPI document, got status ${response.status}.`,
      });
    }
    return operationsOf((await response.json()) as OpenApiDocument);
  },
  staleTime: Number.POSITIVE_INFINITY,
});

function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const content = operation.requestBody?.content ?? {};
      const json = content['application/json']?.schema;
      return {
        id: operation.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        tag: operation.tags?.[0] ?? 'Other',
        summary: operation.summary ?? '',
        description: operation.description ?? '',
        parameters: operation.parameters?.filter((each) => each.in !== 'header') ?? [],
        body: json === undefined ? null : resolved(json, document),
        takesFile: json === undefined && Object.keys(content).length > 0,
        answers: Object.entries(operation.responses ?? {}).map(([status, { description = '' }]) => ({
          status,
          description,
        })),
      };
    }),
  );
}

function resolved(schema: Schema, document: OpenApiDocument): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return (name === undefined ? undefined : document.components?.schemas?.[name]) ?? schema;
}

/** A body to begin with: required fields, each with a value of its kind. */
export function exampleBody(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return exampleBody(schema.anyOf[0]);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object': {
      const wanted = Object.entries(schema.properties ?? {}).filter(([name]) =>
        schema.required?.includes(name),
      );
      return Object.fromEntries(wanted.map(([name, property]) => [name, exampleBody(property)]));
    }
    case 'array':
      return schema.items ? [exampleBody(schema.items)] : [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    default:
      return null;
  }
}

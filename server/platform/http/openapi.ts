import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { apiPrefix } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** The OpenAPI 3.1 document, and a page that plays with it and loads nothing from elsewhere. */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Stroma',
        version,
        description: 'Data in, quality, questions and answers. Every answer of an error has one shape.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'stroma_session' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
    transform: (input) =>
      input.route.config?.endpoint === undefined
        ? { schema: { hide: true }, url: input.url }
        : jsonSchemaTransform(input as Parameters<typeof jsonSchemaTransform>[0]),
  });
  let text: string | null = null;
  app.get(`${apiPrefix}/openapi.json`, { schema: { hide: true } }, async (_, reply) => {
    text ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').serializer(String).send(text);
  });
  await app.register(swaggerUi, {
    routePrefix: `${apiPrefix}/docs`,
    staticCSP: false,
    uiConfig: { url: `${apiPrefix}/openapi.json`, deepLinking: true, persistAuthorization: false },
  });
}

import type { DataServer, Person } from '../data/data-server.suite.ts';

/** What a client of MLflow sends, over real HTTP: a key of somebody, and nothing else. */
export class MlflowCaller {
  readonly url: string;
  readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  async call<T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }> {
    const answer = await fetch(`${this.url}/api/2.0/mlflow/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  files(method: string, path: string, body?: string, type = 'text/plain'): Promise<Response> {
    return fetch(`${this.url}/api/2.0/mlflow-artifacts/artifacts${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }
}

/** Makes an API key and speaks as MLflow's client does with it. */
export async function mlflowOf(
  { url }: Pick<DataServer, 'url'>,
  person: Person,
  scopes = ['models:read', 'models:write'],
): Promise<MlflowCaller> {
  const made = await person.call<{ secret: string }>('POST', '/auth/api-keys', { name: 'MLflow', scopes });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return new MlflowCaller(url, made.body.secret);
}

import type { api, Endpoint } from '@stroma/contracts';

type Given<Schema> = Schema extends { _zod: { input: infer Input } } ? Input : never;
type Parsed<Schema> = Schema extends { _zod: { output: infer Output } } ? Output : never;

/** A part of a call: absent when the endpoint has none, optional when every field of it is. */
type Part<E, Name extends 'params' | 'query' | 'body'> = E extends { [Key in Name]: infer Schema }
  ? Record<never, never> extends Given<Schema>
    ? { [Key in Name]?: Given<Schema> }
    : { [Key in Name]: Given<Schema> }
  : unknown;

export type RawBody = NonNullable<RequestInit['body']>;

/** An endpoint that reads something else than JSON takes the body as `fetch` does. */
type OpenBody<E> = E extends { consumes: unknown } ? { body: RawBody } : unknown;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

export type CallInput<E> = Part<E, 'params'> & Part<E, 'query'> & Part<E, 'body'> & OpenBody<E> & CallOptions;

/** What a call resolves to: the declared answer, the raw `Response` of a file or stream, or nothing (204). */
export type CallAnswer<E> = E extends { response: infer Schema }
  ? Parsed<Schema>
  : E extends { produces: string }
    ? Response
    : undefined;

type Arguments<Input> = Record<never, never> extends Input ? [input?: Input] : [input: Input];

export interface Call<E> {
  (...input: Arguments<CallInput<E>>): Promise<CallAnswer<E>>;
  /** The address with its parameters filled in, for links and downloads. */
  url(...input: Arguments<Part<E, 'params'> & Part<E, 'query'>>): string;
}

type Api = typeof api;

/** One function for each endpoint of the contract, in its groups. */
export type Calls = {
  [Group in keyof Api]: {
    [Name in keyof Api[Group]]: Api[Group][Name] extends Endpoint ? Call<Api[Group][Name]> : never;
  };
};

/** The same, untyped: what a call looks like while it is being sent. */
export interface RawInput extends CallOptions {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

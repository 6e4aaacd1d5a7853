/** The typed client of the Stroma API, for browsers and Node. `createClient` is the door. */
export { ApiError, type ApiErrorCode } from './api-error.ts';
export type { CallAnswer, CallInput, CallOptions } from './calls.ts';
export { type Client, createClient } from './client.ts';
export type { SubscribeOptions, Subscription } from './stream.ts';
export type { ClientOptions } from './transport.ts';
export type { UploadOptions, UploadProgress, UploadSource } from './upload.ts';

export { errorCatalogue, type ErrorCode } from './errors.ts';

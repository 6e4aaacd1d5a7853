import { ApiError } from '@stroma/sdk';

/** Null where nobody has asked for the report yet. */
export async function reportOrNull<Report>(asked: Promise<Report>): Promise<Report | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

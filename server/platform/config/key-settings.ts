import { z } from 'zod';

/** Encryption, and who holds the keys. */
export const keySettings = {
  STROMA_ENCRYPT_OBJECTS: z
    .enum(['auto', '0', '1'])
    .default('auto')
    .describe('1 encrypts files as they are stored; auto does where the keys do not lie beside the files'),
  STROMA_KEYS: z
    .enum(['file', 'vault', 'kms'])
    .default('file')
    .describe(
      'Who holds the keys that wrap all other keys: a local file, HashiCorp Vault transit, or AWS KMS',
    ),
  STROMA_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'File of the keys that wrap all other keys (0600); absent means keys/master.json in the data folder',
    ),
  STROMA_VAULT_ADDR: z
    .url()
    .optional()
    .describe('Address of Vault, for example https://vault.example.org:8200'),
  STROMA_VAULT_TOKEN: z.string().optional().describe('Token for Vault'),
  STROMA_VAULT_TOKEN_FILE: z
    .string()
    .optional()
    .describe('File that holds the token, read again for every call, as an agent renews it'),
  STROMA_VAULT_NAMESPACE: z.string().optional().describe('Namespace in Vault'),
  STROMA_VAULT_MOUNT: z.string().default('transit').describe('Where Vault mounts the transit engine'),
  STROMA_VAULT_KEY: z.string().default('stroma').describe('Name of the transit key'),
  STROMA_KMS_KEY: z.string().optional().describe('Id, ARN or alias of a symmetric AWS KMS key'),
  STROMA_KMS_REGION: z.string().default('us-east-1').describe('Region of that key'),
  STROMA_KMS_ENDPOINT: z.url().optional().describe('KMS-compatible endpoint; absent means AWS'),
  STROMA_KMS_ACCESS_KEY: z.string().optional().describe('Access key; absent means the AWS default chain'),
  STROMA_KMS_SECRET_KEY: z.string().optional().describe('Secret key that belongs to the access key'),
};

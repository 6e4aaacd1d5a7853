import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './platform/**/*.tables.ts',
    './access/**/*.tables.ts',
    './data/**/*.tables.ts',
    './models/**/*.tables.ts',
    './workspaces/**/*.tables.ts',
  ],
  out: process.env.DRIZZLE_OUT ?? './drizzle',
});

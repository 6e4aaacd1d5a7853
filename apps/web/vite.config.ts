import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = process.env.STROMA_URL ?? 'http://127.0.0.1:3000';

/** Writes `.gz` and `.br` beside each text asset, so that the server never compresses the same bytes twice. */
const precompressed: Plugin = {
  name: 'precompressed',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const [fileName, file] of Object.entries(bundle)) {
      if (!/\.(js|css|svg|html|json)$/.test(fileName)) continue;
      const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      if (source.length < 1024) continue;
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
      this.emitFile({
        type: 'asset',
        fileName: `${fileName}.br`,
        source: brotliCompressSync(source, { params }),
      });
    }
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), precompressed],
  build: {
    target: 'es2023',
    /** The content security policy forbids `data:` for fonts and scripts. */
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: server, changeOrigin: false }, '/ws': { target: server, ws: true } },
  },
});
